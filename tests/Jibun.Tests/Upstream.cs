using Jibun.Peers;

namespace Jibun.Tests;

/// <summary>The upstream oracle as tests ask for it: when it is not installed, they fail in CI and are skipped elsewhere.</summary>
internal static class Upstream
{
    public static void Require()
    {
        if (PeerLibraries.MissingReason is not { } reason) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
