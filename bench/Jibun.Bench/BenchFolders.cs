namespace Jibun.Bench;

internal static class BenchFolders
{
    /// <summary>The launcher of the checkout that this program was built in.</summary>
    public static string Launcher
    {
        get
        {
            string name = OperatingSystem.IsWindows() ? "jibun.cmd" : "jibun";
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Jibun.slnx"))) return Path.Combine(folder.FullName, name);
            return name;
        }
    }

    /// <summary>Where synthetic models are kept between runs.</summary>
    public static string Cache => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "jibun",
        "bench");
}
