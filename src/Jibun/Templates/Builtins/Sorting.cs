using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>A stable merge sort whose comparison may refuse, and whose work is charged.</summary>
internal static class Sorting
{
    public static T[] Sort<T>(Rendering rendering, T[] items, Func<Rendering, T, T, int?> compare, bool descending = false)
    {
        T[] from = items, to = new T[items.Length];
        for (int width = 1; width < items.Length; width *= 2)
        {
            for (int start = 0; start < items.Length; start += 2 * width)
            {
                int middle = Math.Min(start + width, items.Length), end = Math.Min(middle + width, items.Length);
                for (int left = start, right = middle, at = start; at < end; at++)
                {
                    bool takesRight = left == middle || (right < end && IsBefore(from[right], from[left]));
                    to[at] = takesRight ? from[right++] : from[left++];
                }
            }
            (from, to) = (to, from);
        }
        return from;

        bool IsBefore(T later, T earlier)
        {
            rendering.Charge(1);
            return descending ? compare(rendering, earlier, later) < 0 : compare(rendering, later, earlier) < 0;
        }
    }

    /// <summary>Sorts by keys that are compared like Python lists: equal keys need no order.</summary>
    public static Value[] SortBy(Rendering rendering, List<Value> items, Func<Value, Value[]> keysOf, bool descending)
    {
        (Value Item, Value[] Keys)[] keyed = [.. items.Select(item => (item, keysOf(item)))];
        return [.. Sort(rendering, keyed, CompareKeys, descending).Select(static pair => pair.Item)];
    }

    private static int? CompareKeys(Rendering rendering, (Value Item, Value[] Keys) left, (Value Item, Value[] Keys) right)
    {
        for (int i = 0; i < left.Keys.Length; i++) rendering.Charge(Math.Min(left.Keys[i].Weight, right.Keys[i].Weight));
        return Ordering.CompareItems(left.Keys, right.Keys, Nodes.Comparison.Less);
    }
}
