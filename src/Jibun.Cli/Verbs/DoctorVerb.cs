using System.CommandLine;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Verbs;

internal static class DoctorVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> json = VerbOptions.Json();
        Command verb = new("doctor", "What this machine and this build can do") { json };
        verb.SetAction(parsed => terminal.Out.WriteLine("ok"));
        return verb;
    }
}
