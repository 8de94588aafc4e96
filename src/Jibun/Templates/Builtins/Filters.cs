using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The filters by name; null for a name that is none.</summary>
internal static class Filters
{
    public static Builtin? Find(string name)
    {
        return name switch
        {
            "abs" => NumberFilters.Absolute,
            "attr" => SelectionFilters.Attribute,
            "batch" => SequenceFilters.Batch,
            "capitalize" => static (rendering, self, arguments) =>
                TextFilters.Mapped(rendering, self, arguments, "capitalize", CaseMapping.Capitalize),
            "center" => TextFilters.Center,
            "count" or "length" => SequenceFilters.Length,
            "d" or "default" => Default,
            "dictsort" => SortingFilters.SortDictionary,
            "e" or "escape" or "forceescape" => TextFilters.Escape,
            "filesizeformat" => NumberFilters.FileSize,
            "first" => SequenceFilters.First,
            "float" => NumberFilters.ToFloat,
            "format" => TextFilters.Format,
            "groupby" => SortingFilters.GroupBy,
            "indent" => TextFilters.Indent,
            "int" => NumberFilters.ToInteger,
            "items" => SequenceFilters.Items,
            "join" => SequenceFilters.Join,
            "last" => SequenceFilters.Last,
            "list" => SequenceFilters.ToList,
            "lower" => static (rendering, self, arguments) =>
                TextFilters.Mapped(rendering, self, arguments, "lower", CaseMapping.ToLower),
            "map" => SelectionFilters.Map,
            "max" => static (rendering, self, arguments) => SortingFilters.Extreme(rendering, self, arguments, "max"),
            "min" => static (rendering, self, arguments) => SortingFilters.Extreme(rendering, self, arguments, "min"),
            "reject" => static (rendering, self, arguments) =>
                SelectionFilters.Select(rendering, self, arguments, wanted: false, byAttribute: false),
            "rejectattr" => static (rendering, self, arguments) =>
                SelectionFilters.Select(rendering, self, arguments, wanted: false, byAttribute: true),
            "replace" => TextFilters.Replace,
            "reverse" => SequenceFilters.Reverse,
            "round" => NumberFilters.Round,
            "safe" => TextFilters.MarkSafe,
            "select" => static (rendering, self, arguments) =>
                SelectionFilters.Select(rendering, self, arguments, wanted: true, byAttribute: false),
            "selectattr" => static (rendering, self, arguments) =>
                SelectionFilters.Select(rendering, self, arguments, wanted: true, byAttribute: true),
            "slice" => SequenceFilters.Slice,
            "sort" => SortingFilters.Sort,
            "string" => TextFilters.ToText,
            "sum" => SequenceFilters.Sum,
            "title" => TextFilters.Title,
            "tojson" => JsonWriter.Write,
            "trim" => TextFilters.Trim,
            "truncate" => TextFilters.Truncate,
            "unique" => SortingFilters.Unique,
            "upper" => static (rendering, self, arguments) =>
                TextFilters.Mapped(rendering, self, arguments, "upper", CaseMapping.ToUpper),
            "urlencode" => TextFilters.UrlEncode,
            "wordcount" => TextFilters.WordCount,
            _ => null,
        };
    }

    private static Value Default(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("default", 0, "default_value", "boolean");
        bool isMissing = self is UndefinedValue || (bound[1].IsTruthyOr(false) && !self.IsTruthy);
        return isMissing ? bound[0] ?? StringValue.Empty : self;
    }

    /// <summary>str(value)</summary>
    public static string TextOf(Rendering rendering, Value value)
    {
        return value is StringValue text ? text.Text : new TextBuilder(rendering).AppendText(value).ToString();
    }

    public static IEnumerator<Value> Iterate(Rendering rendering, Value value)
    {
        return value.Iterate(rendering) ?? throw new TemplateError($"'{value.TypeName}' object is not iterable");
    }

    public static List<Value> Collect(Rendering rendering, Value value)
    {
        List<Value> items = [];
        for (IEnumerator<Value> source = Iterate(rendering, value); source.MoveNext();) items.Add(source.Current);
        return items;
    }
}
