using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>map, select and reject: generators that work as they are read.</summary>
internal static class SelectionFilters
{
    public static Value Attribute(Rendering rendering, Value self, Arguments arguments)
    {
        StringValue name = arguments.BindOne("attr", "name") as StringValue
            ?? throw new TemplateError("attribute name must be str");
        return self is UndefinedValue || self.GetAttribute(name.Text) is not null
            ? Lookup.Attribute(rendering, self, name)
            : UndefinedValue.Attribute(self, name.Text);
    }

    public static Value Map(Rendering rendering, Value self, Arguments arguments)
    {
        return new IteratorValue("generator", Mapped(rendering, self, arguments), self);
    }

    private static IEnumerator<Value> Mapped(Rendering rendering, Value source, Arguments arguments)
    {
        if (!source.IsTruthy) yield break;
        Func<Value, Value> map = Mapping(rendering, arguments);
        for (IEnumerator<Value> items = Filters.Iterate(rendering, source); items.MoveNext();) yield return map(items.Current);
    }

    private static Func<Value, Value> Mapping(Rendering rendering, Arguments arguments)
    {
        if (arguments.Positional.Length == 0 && arguments.FindNamed("attribute") is not null)
        {
            Value?[] bound = arguments.Bind("map", 0, "attribute", "default");
            AttributePath path = new(bound[0]!);
            return item => path.Of(rendering, item, bound[1]);
        }
        if (arguments.Positional.Length == 0) throw new TemplateError("map requires a filter argument");
        string name = arguments.Positional[0].ToStringArgument("filter name");
        Builtin filter = Filters.Find(name) ?? throw new TemplateError($"no filter named '{name}'");
        Arguments rest = arguments.Skip(1);
        return item =>
        {
            rendering.Charge(item is StringValue ? item.Weight : 1);
            return filter(rendering, item, rest);
        };
    }

    public static Value Select(Rendering rendering, Value self, Arguments arguments, bool wanted, bool byAttribute)
    {
        return new IteratorValue("generator", Selected(rendering, self, arguments, wanted, byAttribute), self);
    }

    private static IEnumerator<Value> Selected(Rendering rendering, Value source, Arguments arguments, bool wanted,
        bool byAttribute)
    {
        if (!source.IsTruthy) yield break;
        if (byAttribute && arguments.Positional.Length == 0) throw new TemplateError("missing parameter for attribute name");
        AttributePath? path = byAttribute ? new AttributePath(arguments.Positional[0]) : null;
        Func<Value, bool> test = Condition(rendering, arguments.Skip(byAttribute ? 1 : 0));
        for (IEnumerator<Value> items = Filters.Iterate(rendering, source); items.MoveNext();)
            if (test(path is null ? items.Current : path.Of(rendering, items.Current)) == wanted) yield return items.Current;
    }

    /// <summary>A test by name, or the truth of the value itself.</summary>
    private static Func<Value, bool> Condition(Rendering rendering, Arguments arguments)
    {
        if (arguments.Positional.Length == 0) return static value => value.IsTruthy;
        string name = arguments.Positional[0].ToStringArgument("test name");
        Builtin test = Tests.Find(name) ?? throw new TemplateError($"no test named '{name}'");
        Arguments rest = arguments.Skip(1);
        return value =>
        {
            rendering.Charge(value is StringValue ? value.Weight : 1);
            return test(rendering, value, rest).IsTruthy;
        };
    }
}
