namespace Jibun.Tests;

/// <summary>Where the shared test data lies: beside the checkout, or where JIBUN_TEST_DATA points.</summary>
internal static class TestData
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    private static string Root { get; } =
        Environment.GetEnvironmentVariable("JIBUN_TEST_DATA") ?? Path.Combine(RepositoryRoot, "..", "shared", "data");

    /// <summary>The full path of a data file or folder. Missing data fails in CI and skips the test, with its reason, elsewhere.</summary>
    public static string Find(params string[] parts)
    {
        string path = Path.GetFullPath(Path.Combine([Root, .. parts]));
        if (File.Exists(path) || Directory.Exists(path)) return path;
        string reason = $"test data {path} is missing; set JIBUN_TEST_DATA to the folder that holds it";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
        return path;
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Jibun.slnx"))) return folder.FullName;
        throw new InvalidOperationException("the tests must run from inside the repository");
    }
}
