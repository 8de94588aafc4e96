using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal static class ContainerCopy
{
    /// <summary>A copy of a container and of those inside it.</summary>
    public static Value Of(Rendering rendering, Value value)
    {
        rendering.Charge(1);
        switch (value)
        {
            case ListValue list:
                return new ListValue(Items(rendering, list.Items));
            case TupleValue tuple:
                return new TupleValue(Items(rendering, tuple.Items));
            case DictionaryValue dictionary:
                DictionaryBuilder builder = new();
                foreach ((Value key, Value item) in dictionary.Entries) builder.Set(key, Of(rendering, item));
                return builder.Build();
            default:
                return value;
        }
    }

    private static Value[] Items(Rendering rendering, ReadOnlySpan<Value> items)
    {
        Value[] copies = new Value[items.Length];
        for (int i = 0; i < copies.Length; i++) copies[i] = Of(rendering, items[i]);
        return copies;
    }
}
