using Jibun.Chat;

namespace Jibun.Cli.Models;

/// <summary>Loads what a verb talks to.</summary>
internal class ModelLoader
{
    public virtual IChatModel LoadChat(ModelReference reference)
    {
        using (reference.Open()) { }
        throw new ModelException($"{reference.Name}: this version cannot run models yet");
    }
}
