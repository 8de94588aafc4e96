using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Server;

namespace Jibun.Cli.Verbs;

internal static class ServeVerb
{
    public static Command Create(Terminal terminal, ModelLoader loader)
    {
        Option<int> port = new("--port") { Description = "0 lets the system choose", HelpName = "P", DefaultValueFactory = _ => new ServerOptions().Port };
        Option<string> host = new("--host")
        {
            Description = "The address to listen at; 0.0.0.0 is every one, and then clients need a key",
            HelpName = "H",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        Option<string> key = new("--key") { Description = "What clients must send; made up where others can connect", HelpName = "KEY" };
        Option<string[]> models = new("--model", "-m") { Description = "Served models, the first by default", HelpName = "MODEL" };
        SpeculationFlags speculation = new();
        LoadFlags loading = new();
        Option<bool> json = VerbOptions.Json();
        Command verb = new("serve", "HTTP API and a page to chat in the browser") { port, host, key, models };
        speculation.AddTo(verb);
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            ServerOptions options = new() { Address = ParseAddress(parsed.GetValue(host)!), Port = ParsePort(parsed.GetValue(port)), ApiKey = parsed.GetValue(key) };
            bool keyIsNew = options.ApiKey is null && !IPAddress.IsLoopback(options.Address);
            if (keyIsNew) options = options with { ApiKey = RandomNumberGenerator.GetHexString(32, lowercase: true) };
            string?[] names = parsed.GetValue(models) is { Length: > 0 } given ? [.. given] : [null];
            ModelReference[] references = [.. names.Select(ModelReference.Resolve)];
            if (references.GroupBy(reference => reference.Name).FirstOrDefault(alike => alike.Count() > 1) is { } twice)
                throw new UsageException($"two models would be called {twice.Key}, and clients ask by that name: give one file another");
            List<IChatModel> loaded = [];
            List<ServedEmbeddings> embeddings = [];
            try
            {
                SkillSet skills = new(new SkillOptions { Folder = DataFolder.Path, Rings = false });
                LoadOptions how = speculation.Read(parsed, loading.Read(parsed));
                foreach (ModelReference reference in references)
                    if (reference.MakesEmbeddings()) embeddings.Add(new(reference.Name, EmbeddingModel.Open(reference.Open(), new EmbeddingOptions { Threads = how.Threads, Kernels = how.Kernels })));
                    else loaded.Add(loader.LoadChat(reference, how, terminal, skills));
                await ServeAsync(terminal, options, loaded, embeddings, keyIsNew, parsed.GetValue(json), cancel);
            }
            finally
            {
                foreach (IDisposable model in loaded.OfType<IDisposable>()) model.Dispose();
                foreach (ServedEmbeddings model in embeddings) model.Model.Dispose();
            }
            return ExitCode.Ok;
        });
        return verb;
    }

    private static async Task ServeAsync(
        Terminal terminal,
        ServerOptions options,
        List<IChatModel> models,
        List<ServedEmbeddings> embeddings,
        bool keyIsNew,
        bool asJson,
        CancellationToken cancel)
    {
        string[] ids = [.. models.Select(model => model.Id), .. embeddings.Select(model => model.Id)];
        await using JibunServer server = new(options, models, failure => terminal.Error.WriteLine($"jibun: a request failed: {failure}"), embeddings);
        try
        {
            await server.StartAsync(cancel);
        }
        catch (IOException taken) when (taken.InnerException is not null)
        {
            throw new JibunException($"cannot listen at {options.Address} port {options.Port}: {taken.InnerException.Message}; choose another with --port");
        }
        catch (SocketException refused)
        {
            throw new JibunException($"cannot listen at {options.Address} port {options.Port}: {refused.Message}");
        }
        string address = server.Addresses.First();
        if (asJson)
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("url", address);
                json.WriteStartArray("models");
                foreach (string id in ids) json.WriteStringValue(id);
                json.WriteEndArray();
                if (keyIsNew) json.WriteString("key", options.ApiKey);
                json.WriteEndObject();
            });
        }
        terminal.Error.WriteLine($"{string.Join(", ", ids)} at {address} (page) and {address}/v1 (OpenAI API); Ctrl-C stops");
        if (keyIsNew) terminal.Error.WriteLine($"key: {options.ApiKey}");
        await server.RunAsync(cancel);
    }

    private static IPAddress ParseAddress(string host) => host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(host, out IPAddress? address) ? address : throw new UsageException($"--host must be an IP address, not {host}"),
    };

    private static int ParsePort(int port) => port is >= 0 and <= 65535 ? port : throw new UsageException("--port must lie between 0 and 65535");
}
