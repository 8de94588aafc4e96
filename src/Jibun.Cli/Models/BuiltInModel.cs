namespace Jibun.Cli.Models;

/// <summary>The model that is part of the program.</summary>
internal static class BuiltInModel
{
    private const string ModelResource = "nano.gguf";
    private const string CardResource = "nano.md";

    public static bool IsPresent => typeof(BuiltInModel).Assembly.GetManifestResourceInfo(ModelResource) is not null;

    public static Stream Open() => Find(ModelResource) ?? throw new ModelException(
        "this build has no built-in model: models/nano/nano.gguf was missing when it was built; name a GGUF file with -m");

    /// <summary>What the model was trained on, what it scores and what it cannot do, as Markdown; null without a built-in model.</summary>
    public static string? ReadCard()
    {
        using Stream? card = Find(CardResource);
        return card is null ? null : new StreamReader(card).ReadToEnd();
    }

    private static Stream? Find(string resource) => typeof(BuiltInModel).Assembly.GetManifestResourceStream(resource);
}
