using Jibun.Models.Shared;

namespace Jibun.Models;

/// <summary>How the experts of a model are kept when they are read from disk.</summary>
/// <param name="CacheBytes">Memory for them.</param>
/// <param name="UseFile">Where what was learned about their use is kept between runs; null: nowhere.</param>
public sealed record ExpertOptions(long CacheBytes, string? UseFile = null)
{
    /// <summary>Null but for rehearsals.</summary>
    internal ExpertRehearsal? Rehearsal { get; init; }
}
