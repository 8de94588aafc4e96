namespace Jibun.Templates.Runtime;

/// <summary>
/// The variables of one running function (the template itself, a macro, a recursive loop) and where its text goes.
/// </summary>
internal sealed class Frame(Rendering rendering, Frame? outer, int variables, TextBuilder output)
{
    public readonly Value?[] Variables = new Value?[variables];

    public Rendering Rendering => rendering;

    /// <summary>The frame of the function that encloses this one in the source.</summary>
    public Frame? Outer => outer;

    public TextBuilder Output = output;
}
