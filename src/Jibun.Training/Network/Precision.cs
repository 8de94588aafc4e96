namespace Jibun.Training.Network;

/// <summary>Which parts of the network compute as the exported file will.</summary>
/// <param name="Ternary">Ternary weights and int8 activations in the linear layers; otherwise float (the twin).</param>
/// <param name="QuantizedHead">Q8_0 embedding and head.</param>
public readonly record struct Precision(bool Ternary, bool QuantizedHead);
