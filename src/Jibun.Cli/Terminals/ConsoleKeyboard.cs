namespace Jibun.Cli.Terminals;

/// <summary>The keyboard of the terminal the program runs in. While it is read, Ctrl-C is a key and no signal.</summary>
internal sealed class ConsoleKeyboard : IKeyboard
{
    public bool HasKey => Console.KeyAvailable;

    public ConsoleKeyInfo Read()
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }
}
