using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Bitnet;

/// <summary>
/// BitNet files do not agree on the feed-forward activation. BitNet b1.58 2B4T was trained with squared ReLU; files named
/// `bitnet` are run with SiLU by llama.cpp, files named `bitnet-b1.58` or `bitnet-25` were written for squared ReLU.
/// </summary>
internal static class BitnetActivation
{
    public static (GatedActivation Activation, string Why) Choose(GgufMetadata metadata)
    {
        string architecture = metadata.GetString("general.architecture");
        string key = $"{architecture}.hidden_activation";
        if (metadata.TryGetString(key) is { } named)
        {
            return named switch
            {
                "silu" or "swish" => (GatedActivation.Silu, $"SiLU, because {key} says \"{named}\""),
                "relu2" or "relu_squared" or "relu_sqr" => (GatedActivation.SquaredRelu, $"squared ReLU, because {key} says \"{named}\""),
                _ => throw new ModelException($"{metadata.Source}: {key} is \"{named}\"; known are silu and relu2"),
            };
        }
        return architecture == "bitnet"
            ? (GatedActivation.Silu, "SiLU, as llama.cpp runs files named \"bitnet\" (set bitnet.hidden_activation to relu2 if the model was trained with squared ReLU)")
            : (GatedActivation.SquaredRelu, $"squared ReLU, as files named \"{architecture}\" were trained");
    }
}
