using Jibun.Gguf;
using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>
/// Weights that a file declares as stored in a rotated basis: the keys prism.hadamard.* in version 1, as PrismML's Bonsai 2 has
/// them. What is not understood is refused: such weights give plausible nonsense in any other basis.
/// </summary>
internal sealed class FoldedWeights
{
    private const string Prefix = "prism.hadamard.";
    private const int LargestBlock = 1 << 16;

    private static readonly string[] Keys =
    [
        "version", "block_size", "transform", "axis", "sign_mode", "sign_widths", "sign_values", "weight_names", "inverse_weight_names", "gdn_v_grouped",
    ];

    private readonly GgufFile _file;
    private readonly HashSet<string> _folded, _restored;
    private readonly int _block;
    private readonly bool _hasGroupedHeads;
    private readonly Dictionary<int, float[]>? _signs; // by width
    private readonly Dictionary<int, HadamardRotation> _rotations = []; // by width

    private FoldedWeights(GgufFile file)
    {
        _file = file;
        foreach (string key in file.Metadata.Keys)
            if (key.StartsWith(Prefix, StringComparison.Ordinal) && !Keys.Contains(key[Prefix.Length..]))
                throw Refusal($"{key} is unknown");
        if (file.Metadata.GetInteger(Prefix + "version") is not 1 and long version) throw Refusal($"its version is {version}; known is 1");
        Expect("transform", "normalized-sylvester-walsh-hadamard");
        Expect("axis", "input-last-dimension");
        long block = file.Metadata.GetInteger(Prefix + "block_size");
        if (block is < 2 or > LargestBlock || !long.IsPow2(block)) throw Refusal($"{Prefix}block_size is {block}, which is no power of two from 2 to {LargestBlock}");
        _block = (int)block;
        _signs = file.Metadata.GetString(Prefix + "sign_mode") switch
        {
            "identity" => null,
            "explicit" => ReadSigns(),
            string mode => throw Refusal($"{Prefix}sign_mode is \"{mode}\"; known are identity and explicit"),
        };
        _folded = ReadNames("weight_names");
        _restored = file.Metadata.ContainsKey(Prefix + "inverse_weight_names") ? ReadNames("inverse_weight_names") : [];
        _hasGroupedHeads = file.Metadata.GetBoolean(Prefix + "gdn_v_grouped", false);
    }

    /// <summary>Null for files without a declaration.</summary>
    /// <exception cref="ModelException">The declaration is not understood.</exception>
    public static FoldedWeights? Read(GgufFile file) =>
        file.Metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal)) ? new FoldedWeights(file) : null;

    public int Count => _folded.Union(_restored).Count();

    public bool Contains(string tensor) => _folded.Contains(tensor) || _restored.Contains(tensor);

    /// <summary>The basis of a matrix's rows.</summary>
    /// <exception cref="ModelException">It is declared in a way that this version cannot apply.</exception>
    public HadamardRotation? RotationOf(string tensor)
    {
        if (!Contains(tensor)) return null;
        if (_hasGroupedHeads && tensor.EndsWith(".ssm_out.weight", StringComparison.Ordinal))
            throw Refusal($"tensor {tensor} wants its heads grouped ({Prefix}gdn_v_grouped), which this version cannot do");
        int width = (int)_file.GetTensor(tensor).Columns;
        if (!_rotations.TryGetValue(width, out HadamardRotation? rotation))
            _rotations[width] = rotation = new HadamardRotation(_block, _signs?[width]);
        return rotation;
    }

    /// <summary>The basis of a table whose rows are looked up and brought back.</summary>
    /// <exception cref="ModelException">It is declared as rotated, but not as one to bring back.</exception>
    public HadamardRotation? RestoringRotationOf(string tensor)
    {
        if (_folded.Contains(tensor) && !_restored.Contains(tensor))
            throw Refusal($"tensor {tensor} is rotated and rows of it are looked up, but {Prefix}inverse_weight_names does not have it");
        return RotationOf(tensor);
    }

    /// <exception cref="ModelException">The tensor is rotated, and used for something else than products.</exception>
    public void RefuseRotated(string tensor)
    {
        if (Contains(tensor)) throw Refusal($"tensor {tensor} is rotated, which this version supports for matrices and embeddings only");
    }

    private HashSet<string> ReadNames(string key)
    {
        HashSet<string> names = [.. _file.Metadata.GetStrings(Prefix + key)];
        foreach (string name in names)
        {
            if (!_file.TryGetTensor(name, out GgufTensor? tensor)) throw Refusal($"{Prefix}{key} names the tensor {Quote.Shorten(name)}, which is missing");
            if (tensor.Columns % _block != 0) throw Refusal($"tensor {name} has {tensor.Columns} columns, which blocks of {_block} do not fill");
            if (_signs?.ContainsKey((int)tensor.Columns) == false) throw Refusal($"{Prefix}sign_widths has no signs for the {tensor.Columns} columns of {name}");
        }
        return names;
    }

    private Dictionary<int, float[]> ReadSigns()
    {
        int[] widths = _file.Metadata.GetIntegers(Prefix + "sign_widths"), values = _file.Metadata.GetIntegers(Prefix + "sign_values");
        if (widths.Any(width => width <= 0 || width % _block != 0) || widths.Sum(width => (long)width) != values.Length || widths.Distinct().Count() != widths.Length)
            throw Refusal($"{Prefix}sign_widths are [{string.Join(", ", widths)}] and {Prefix}sign_values are {values.Length}");
        if (values.Any(value => value is not (1 or -1))) throw Refusal($"{Prefix}sign_values are not all 1 or -1");
        Dictionary<int, float[]> signs = [];
        int start = 0;
        foreach (int width in widths)
        {
            signs[width] = [.. values.AsSpan(start, width).ToArray().Select(value => (float)value)];
            start += width;
        }
        return signs;
    }

    private void Expect(string key, string known)
    {
        if (_file.Metadata.GetString(Prefix + key) is var found && found != known) throw Refusal($"{Prefix}{key} is \"{found}\"; known is \"{known}\"");
    }

    private ModelException Refusal(string why) =>
        new($"{_file.Path}: its weights are declared as rotated (prism.hadamard), but {why}; without the right rotation the model would answer nonsense");
}
