using Jibun.Cli;
using Jibun.Cli.Terminals;

using SystemTerminal terminal = new();
return await CommandLine.RunAsync(args, terminal);
