using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>Which type each tensor of a model gets, by the name that model files carry: Q8_0, Q4_K_M, TQ2_0 …</summary>
public sealed record TypeMix(string Name)
{
    private readonly GgmlType _type = Enum.TryParse(BaseName(Name), out GgmlType type)
        ? type
        : throw new ArgumentException($"{Name} is no tensor type or mix");

    internal GgmlType TypeOf(SyntheticTensor tensor, SyntheticShape shape)
    {
        if (tensor.Role == TensorRole.Plain) return GgmlType.F32;
        return Fitting(tensor.Columns, Wanted(tensor, shape));
    }

    private GgmlType Wanted(SyntheticTensor tensor, SyntheticShape shape)
    {
        if (_type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0) return _type;
        if (Name.StartsWith(Dynamic, StringComparison.Ordinal)) return WantedByDynamicMix(tensor, shape);
        bool isHead = tensor.Role == TensorRole.Head || (tensor.Role == TensorRole.Embedding && shape.TiedHead);
        if (isHead || (shape.Ternary && !tensor.Ternary)) return GgmlType.Q6_K;
        if (Name.EndsWith("_M", StringComparison.Ordinal) && tensor.Role == TensorRole.SensitiveMatrix)
        {
            int eighth = shape.Layers / 8;
            bool isFiner = tensor.Layer < eighth || tensor.Layer >= 7 * shape.Layers / 8 || (tensor.Layer - eighth) % 3 == 2;
            return isFiner ? GgmlType.Q6_K : _type;
        }
        return tensor.Role == TensorRole.Embedding ? GgmlType.Q8_0 : _type;
    }

    /// <summary>Experts at the named type, their first layers' way down a step finer, all else at 4 to 8 bits, as R1's 1.58-bit files do it.</summary>
    private GgmlType WantedByDynamicMix(SyntheticTensor tensor, SyntheticShape shape)
    {
        if (tensor.Role == TensorRole.Experts)
            return tensor.Name.Contains("down", StringComparison.Ordinal) && tensor.Layer < shape.Experts!.LeadingDense + 3 ? GgmlType.IQ2_XXS : _type;
        if (tensor.Name.Contains("_k_b", StringComparison.Ordinal) || tensor.Name.Contains("_v_b", StringComparison.Ordinal)) return GgmlType.Q8_0;
        return tensor.Role is TensorRole.Head or TensorRole.SensitiveMatrix || tensor.Name.Contains("kv_", StringComparison.Ordinal) ? GgmlType.Q6_K : GgmlType.Q4_K;
    }

    private static GgmlType Fitting(long columns, GgmlType type)
    {
        if (columns % BlockFormats.Get(type, "any").BlockSize == 0) return type;
        return columns % GgmlOracle.BlockSize(GgmlType.Q8_0) == 0 ? GgmlType.Q8_0 : GgmlType.F16;
    }

    /// <summary>The mix itself, or TQ2_0 for the ternary types of forks, which upstream cannot read.</summary>
    public TypeMix ForUpstream => IsOfFork(_type) ? new("TQ2_0") : this;

    internal static bool IsOfFork(GgmlType type) => type is GgmlType.I2_S or > GgmlType.Q2_0;

    private const string Dynamic = "UD-";

    private static string BaseName(string name) => name.StartsWith(Dynamic, StringComparison.Ordinal) ? name[Dynamic.Length..] : name.EndsWith("_K_M", StringComparison.Ordinal) ? name[..^2] : name;
}
