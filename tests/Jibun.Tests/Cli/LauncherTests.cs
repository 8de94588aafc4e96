using System.Diagnostics;

namespace Jibun.Tests.Cli;

/// <summary>The launcher with a `dotnet` that only pretends to build, in a folder whose name has spaces.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"jibun launcher {Guid.NewGuid():N}");

    public LauncherTests()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("the launcher is a POSIX shell script");
        string project = Directory.CreateDirectory(Path.Combine(_root, "src", "Jibun.Cli", "Verbs")).Parent!.FullName;
        File.WriteAllText(Path.Combine(project, "Jibun.Cli.csproj"), "<Project/>");
        File.WriteAllText(Path.Combine(project, "Verbs", "Verb.cs"), "// source");
        File.WriteAllText(Path.Combine(_root, "Directory.Build.props"), "<Project/>");
        File.WriteAllText(Path.Combine(_root, "global.json"), "{}");
        File.Copy(Path.Combine(TestData.RepositoryRoot, "jibun"), Path.Combine(_root, "jibun"));
        Script("tools/gcc", "exit 0");
        PretendBuild();
    }

    private string Builds => Path.Combine(_root, "builds");

    private int BuildCount => File.Exists(Builds) ? File.ReadAllLines(Builds).Length : 0;

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Builds_once_and_again_when_a_source_changes()
    {
        Assert.Equal((0, "native one two words\n"), await Run("one", "two words"));
        await Run("x");
        Assert.Equal(1, BuildCount);

        string source = Path.Combine(_root, "src", "Jibun.Cli", "Verbs", "Verb.cs");
        File.SetLastWriteTimeUtc(source, DateTime.UtcNow.AddSeconds(2));
        await Run("x");
        Assert.Equal(2, BuildCount);
        File.SetLastWriteTimeUtc(source, DateTime.UtcNow.AddHours(-1));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        File.Delete(source);
        await Run("x");
        Assert.Equal(3, BuildCount);
        Directory.CreateDirectory(Path.Combine(_root, "src", "Jibun.Cli", "obj", "Release"));
        await Run("x");
        Assert.Equal(3, BuildCount);
    }

    [Fact]
    public async Task Many_first_starts_make_one_build()
    {
        (int Code, string Out)[] runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Run($"{i}")));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (0, $"native {i}\n")), runs);
        Assert.Equal(1, BuildCount);
    }

    [Fact]
    public async Task Runs_through_links_and_from_elsewhere()
    {
        string elsewhere = Directory.CreateDirectory(Path.Combine(_root, "else where")).FullName;
        File.CreateSymbolicLink(Path.Combine(elsewhere, "first"), "../jibun");
        File.CreateSymbolicLink(Path.Combine(elsewhere, "second"), Path.Combine(elsewhere, "first"));
        Assert.Equal((0, "native x\n"), await Start(Path.Combine(elsewhere, "second"), elsewhere, ["x"]));
        Assert.Equal((0, "native x\n"), await Start("./first", elsewhere, ["x"]));
    }

    [Fact]
    public async Task Does_without_native_code_where_it_must()
    {
        PretendBuild(nativeWorks: false);
        Assert.Equal((0, "dotnet x\n"), await Run("x"));
        Assert.Equal(2, BuildCount);
        string program = Directory.GetDirectories(Path.Combine(_root, ".build"), "program-*").Single();
        Assert.Contains("native compilation failed", await File.ReadAllTextAsync(Path.Combine(program, "why-not-native"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_exit_code_is_the_programs_and_a_failed_build_is_told()
    {
        await Run("x");
        Assert.Equal(3, (await Run("fail")).Code);

        File.Delete(Path.Combine(_root, ".build", "current"));
        Script("tools/dotnet", "echo 'a.cs(1,2): error CS1: broken'; exit 1");
        (int code, string text) = await Run("x");
        Assert.Equal(1, code);
        Assert.Contains("error CS1: broken", text);
        Assert.Contains("build.log", text);

        Script("tools/dotnet", "echo 'no compiler said this'; exit 1");
        Assert.Contains("no compiler said this", (await Run("x")).Out);
    }

    // Publishing writes a program that echoes its kind and arguments; `dotnet X.dll` does what the other kind of program would.
    private void PretendBuild(bool nativeWorks = true) => Script("tools/dotnet", $$"""
        if [ "$1" != publish ]; then shift; echo dotnet "$@"; exit 0; fi
        echo build >> '{{Builds}}'
        sleep 0.2
        native=
        while [ $# -gt 0 ]; do
          case $1 in
            -o) folder=$2 ;;
            -p:PublishAot=true) native=yes ;;
          esac
          shift
        done
        [ -z "$native" ] || {{(nativeWorks ? "true" : "exit 1")}}
        mkdir -p "$folder"
        printf '#!/bin/sh\n[ "$1" != fail ] || exit 3\necho native "$@"\n' > "$folder/Jibun.Cli"
        chmod +x "$folder/Jibun.Cli"
        touch "$folder/Jibun.Cli.dll"
        """);

    private void Script(string name, string body)
    {
        string path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<(int Code, string Out)> Run(params string[] arguments) => Start(Path.Combine(_root, "jibun"), Path.GetTempPath(), arguments);

    private async Task<(int Code, string Out)> Start(string program, string folder, string[] arguments)
    {
        ProcessStartInfo start = new("/bin/sh", [Path.Combine(folder, program), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(_root, "tools")}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }
}
