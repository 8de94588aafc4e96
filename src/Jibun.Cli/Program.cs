using Jibun.Cli;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;

using SystemTerminal terminal = new();
return await CommandLine.RunAsync(args, terminal, new ModelLoader());
