using Jibun.Generation;

namespace Jibun.Server;

/// <summary>An embedding model under the name that requests call it by.</summary>
public sealed record ServedEmbeddings(string Id, EmbeddingModel Model);
