using Jibun.Formats;
using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>
/// The rows that a layer multiplies its matrices with. They are quantized once for each form that those matrices ask for, and
/// laid out in tiles of <see cref="TileTokens"/> tokens (the last one smaller) as <see cref="RowGroupArguments"/> says.
/// </summary>
public sealed unsafe class ActivationBatch : IDisposable
{
    public const int TileTokens = 8;

    private readonly List<ActivationForm> _forms = [];

    public float* Values { get; private set; } // [rows, columns]

    public int Rows { get; private set; }

    public int Columns { get; private set; }

    public int Tiles => (Rows + TileTokens - 1) / TileTokens;

    /// <summary>Points the batch at new rows; they must stay as they are until the products are done.</summary>
    public void Set(float* values, int rows, int columns)
    {
        Values = values;
        (Rows, Columns) = (rows, columns);
        foreach (ActivationForm form in _forms) form.IsCurrent = false;
    }

    /// <summary>The form a matrix asks for, with room for the current rows; its content is current only after quantizing.</summary>
    internal ActivationForm Form(Matrix matrix)
    {
        ActivationForm form = FormWithoutRoom(matrix);
        if (!form.IsCurrent) form.Reserve(Rows, Columns);
        return form;
    }

    /// <summary>Bytes that batches of so many rows take when each of these matrices has been multiplied with one: each form is as wide as the widest matrix that reads it.</summary>
    internal static long BytesOf(int rows, IEnumerable<Matrix> matrices)
    {
        using ActivationBatch batch = new();
        return matrices.GroupBy(batch.FormWithoutRoom).Sum(alike => alike.Key.BytesOf(rows, alike.Max(matrix => matrix.Columns)));
    }

    private ActivationForm FormWithoutRoom(Matrix matrix)
    {
        foreach (ActivationForm known in _forms)
            if (known.Rotation == matrix.Rotation && known.Serves(matrix)) return known;
        ActivationForm form = ActivationForm.For(matrix);
        _forms.Add(form);
        return form;
    }

    internal int TokensInTile(int tile) => Math.Min(TileTokens, Rows - tile * TileTokens);

    public void Dispose()
    {
        foreach (ActivationForm form in _forms) form.Dispose();
        _forms.Clear();
    }
}
