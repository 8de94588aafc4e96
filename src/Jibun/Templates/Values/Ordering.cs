using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>Python's comparison and membership operators.</summary>
internal static class Ordering
{
    public static bool Holds(Rendering rendering, Comparison operation, Value left, Value right)
    {
        switch (operation)
        {
            case Comparison.Equal:
                return AreEqual(rendering, left, right);
            case Comparison.NotEqual:
                return !AreEqual(rendering, left, right);
            case Comparison.In:
                return Contains(rendering, right, left);
            case Comparison.NotIn:
                return !Contains(rendering, right, left);
        }
        rendering.Charge(Math.Min(left.Weight, right.Weight));
        int? order = Compare(left, right, operation);
        return operation switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }

    public static bool AreEqual(Rendering rendering, Value left, Value right)
    {
        rendering.Charge(Math.Min(left.Weight, right.Weight));
        return left.Equals(right);
    }

    /// <summary>Null for a comparison with NaN; an error where Python has no order between the types.</summary>
    public static int? Compare(Value left, Value right, Comparison operation = Comparison.Less)
    {
        if (Number.IsNumber(left) && Number.IsNumber(right)) return Number.Compare(left, right);
        switch (left, right)
        {
            case (StringValue { Text: var a }, StringValue { Text: var b }):
                return CodePoints.Compare(a, b);
            case (ListValue a, ListValue b):
                return CompareItems(a.Items, b.Items, operation);
            case (TupleValue a, TupleValue b):
                return CompareItems(a.Items, b.Items, operation);
            case (UndefinedValue undefined, _):
                throw undefined.Error();
            case (_, UndefinedValue undefined):
                throw undefined.Error();
        }
        string symbol = operation switch
        {
            Comparison.Less => "<",
            Comparison.LessOrEqual => "<=",
            Comparison.Greater => ">",
            _ => ">=",
        };
        throw new TemplateError($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    /// <summary>The first pair of unequal items decides.</summary>
    public static int? CompareItems(ReadOnlySpan<Value> left, ReadOnlySpan<Value> right, Comparison operation)
    {
        for (int i = 0; i < left.Length && i < right.Length; i++)
            if (!left[i].Equals(right[i])) return Compare(left[i], right[i], operation);
        return left.Length.CompareTo(right.Length);
    }

    /// <summary>`item in container`</summary>
    public static bool Contains(Rendering rendering, Value container, Value item)
    {
        switch (container)
        {
            case StringValue { Text: var text }:
                if (item is not StringValue { Text: var part })
                    throw new TemplateError($"'in <string>' requires string as left operand, not {item.TypeName}");
                rendering.ChargeSearch(text.Length, part.Length);
                return text.Contains(part, StringComparison.Ordinal);
            case DictionaryValue dictionary:
                rendering.Charge(item.Weight);
                if (!item.IsHashable) throw new TemplateError($"unhashable type: '{item.TypeName}'");
                return dictionary.Find(item) is not null;
        }
        IEnumerator<Value> items = container.Iterate(rendering)
            ?? throw new TemplateError($"argument of type '{container.TypeName}' is not iterable");
        while (items.MoveNext())
            if (AreEqual(rendering, item, items.Current)) return true;
        return false;
    }
}
