using Jibun.Chat;
using Jibun.Generation;

namespace Jibun.Cli.Models;

/// <summary>Loads what a verb talks to.</summary>
internal class ModelLoader
{
    public virtual IChatModel LoadChat(ModelReference reference)
    {
        LoadedModel model = reference.Load();
        try
        {
            return new ChatModel(reference.Name, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
