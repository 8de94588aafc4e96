using System.CommandLine;
using Jibun.Cli.Doctor;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Verbs;

internal static class DoctorVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> json = VerbOptions.Json();
        Command verb = new("doctor", "What this machine and this build can do") { json };
        verb.SetAction(parsed =>
        {
            DoctorReport report = new();
            if (parsed.GetValue(json)) terminal.WriteJson(report.Write);
            else report.Write(terminal);
        });
        return verb;
    }
}
