using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The methods of dict that change nothing.</summary>
internal static class DictionaryMethods
{
    public static Builtin? Find(string name)
    {
        return name switch
        {
            "get" => Get,
            "items" => static (_, self, arguments) => View(self, arguments, "items"),
            "keys" => static (_, self, arguments) => View(self, arguments, "keys"),
            "values" => static (_, self, arguments) => View(self, arguments, "values"),
            "copy" => Copy,
            _ => null,
        };
    }

    private static Value Copy(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("copy");
        return self;
    }

    private static Value Get(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("get", 1, "key", "default");
        rendering.Charge(bound[0]!.Weight);
        if (!bound[0]!.IsHashable) throw new TemplateError($"unhashable type: '{bound[0]!.TypeName}'");
        return ((DictionaryValue)self).Find(bound[0]!) ?? bound[1] ?? Value.None;
    }

    private static DictionaryView View(Value self, Arguments arguments, string name)
    {
        arguments.BindNone(name);
        return new DictionaryView((DictionaryValue)self, "dict_" + name);
    }
}
