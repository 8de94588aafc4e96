using Jibun.Chat;
using Jibun.Chat.Nano;
using Jibun.Chat.Skills;
using Jibun.Cli.Terminals;
using Jibun.Generation;

namespace Jibun.Cli.Models;

/// <summary>Loads what a verb talks to.</summary>
internal class ModelLoader
{
    /// <param name="reference">What to load.</param>
    /// <param name="options">How.</param>
    /// <param name="terminal">Told what did not work out.</param>
    /// <param name="skills">Carries out what the built-in model asks for; without it its calls are the caller's.</param>
    public virtual IChatModel LoadChat(ModelReference reference, LoadOptions options, Terminal terminal, SkillSet? skills = null)
    {
        LoadedModel model = reference.Load(options, terminal);
        try
        {
            return NanoProfile.IsIn(model.Metadata) ? new NanoChatModel(model, skills, reference.Name) : new ChatModel(reference.Name, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
