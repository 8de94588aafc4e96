using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Lists; without a name it is the shopping list, or the to-do list where a task is spoken of.</summary>
internal static class ListSkills
{
    private const string Shopping = "shopping", ToDo = "to-do";
    private const int MostLists = 100, MostItems = 1000;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("list_add", Add), ("list_remove", Remove), ("list_show", Show), ("list_clear", Clear)];

    private static SkillResult Add(SkillTurn turn)
    {
        string key = KeyOf(turn);
        string[] items = [.. turn.All("item").SelectMany(item => Items.Split(item, splitsAnd: key != ToDo))];
        if (items.Length == 0) return turn.Refuse("Add what?", "何を追加しますか。");
        NamedList? list = Find(turn, key);
        if (list is null)
        {
            if (turn.State.Lists.Count >= MostLists)
                return turn.Refuse($"There are already {MostLists} lists.", $"リストはすでに{MostLists}個あります。");
            turn.State.Lists.Add(list = new NamedList { Name = key });
        }
        List<string> added = [.. items.Where(item => !list.Items.Any(known => Same(known, item))).DistinctBy(Folding.Fold)];
        if (list.Items.Count + added.Count > MostItems) return turn.Refuse("The list is full.", "リストがいっぱいです。");
        list.Items.AddRange(added);
        string name = Shown(turn, key);
        SkillResult result = added.Count == 0
            ? turn.Say($"Already on the {name} list: {Join(turn, items)}.", $"{Join(turn, items)}はもう{name}リストにあります。")
            : turn.Say($"Added to the {name} list: {Join(turn, added)}.", $"{name}リストに追加しました：{Join(turn, added)}。");
        return WithCard(turn, result, list);
    }

    private static SkillResult Remove(SkillTurn turn)
    {
        string key = KeyOf(turn), name = Shown(turn, key);
        string[] items = [.. turn.All("item").SelectMany(item => Items.Split(item, splitsAnd: key != ToDo))];
        if (items.Length == 0) return turn.Refuse("Remove what?", "何を消しますか。");
        NamedList? list = Find(turn, key);
        // A thing is looked for elsewhere only when no list was named.
        NamedList[] places = turn["list"] is not null
            ? list is null ? [] : [list]
            : [.. turn.State.Lists.OrderBy(place => place.Name != key)];
        List<string> removed = [], missing = [];
        NamedList? last = list;
        foreach (string item in items)
        {
            (NamedList? place, string? found) = Locate(places, item);
            if (place is null) missing.Add(item);
            else
            {
                place.Items.Remove(found!);
                removed.Add(found!);
                last = place;
            }
        }
        if (removed.Count == 0)
            return turn.Refuse($"Not on the {name} list: {Join(turn, missing)}.", $"{name}リストに{Join(turn, missing)}はありません。");
        name = Shown(turn, last!.Name);
        string also = missing.Count == 0
            ? ""
            : turn.Pick($" Not found: {Join(turn, missing)}.", $"見つからないもの：{Join(turn, missing)}。");
        return WithCard(turn, turn.Say(
            $"Taken off the {name} list: {Join(turn, removed)}.{also}",
            $"{name}リストから消しました：{Join(turn, removed)}。{also}"), last);
    }

    private static SkillResult Show(SkillTurn turn)
    {
        List<NamedList> filled = turn.State.Lists.FindAll(place => place.Items.Count > 0);
        bool asksForLists = turn["list"] is null
            && turn.Says("what lists", "which lists", "my lists", "all lists", "all my lists", "どんなリスト", "リスト一覧", "リストの一覧");
        if (asksForLists)
        {
            string names = Join(turn, filled.Select(place => $"{Shown(turn, place.Name)} ({place.Items.Count})"));
            return filled.Count == 0
                ? turn.Say("All lists are empty.", "リストはすべて空です。")
                : turn.Say($"Your lists: {names}.", $"リストは、{names}です。");
        }
        string key = KeyOf(turn), name = Shown(turn, key);
        NamedList? list = Find(turn, key);
        if (list is null || list.Items.Count == 0)
        {
            string others = Join(turn, filled.Select(place => $"{Shown(turn, place.Name)} ({place.Items.Count})"));
            string also = filled.Count == 0 ? "" : turn.Pick($" There is: {others}.", $"ほかに、{others}があります。");
            return turn.Say($"The {name} list is empty.{also}", $"{name}リストは空です。{also}");
        }
        return WithCard(turn, turn.Say(
            $"{Names.Capital(name)} list ({list.Items.Count}): {Join(turn, list.Items)}.",
                $"{name}リスト（{list.Items.Count}件）：{Join(turn, list.Items)}。"), list);
    }

    private static SkillResult Clear(SkillTurn turn)
    {
        string key = KeyOf(turn), name = Shown(turn, key);
        NamedList? list = Find(turn, key);
        if (list is null || list.Items.Count == 0) return turn.Refuse($"The {name} list is empty.", $"{name}リストは空です。");
        int count = list.Items.Count;
        if (!turn.Confirmed) return turn.Ask($"Empty the {name} list ({count})?", $"{name}リスト（{count}件）を空にしますか。");
        turn.State.Lists.Remove(list);
        return turn.Say($"The {name} list is empty now.", $"{name}リストを空にしました。");
    }

    private static (NamedList? Place, string? Item) Locate(NamedList[] places, string item)
    {
        foreach (NamedList place in places)
            if (place.Items.Find(known => Same(known, item)) is { } found) return (place, found);
        string key = Names.Key(item);
        foreach (NamedList place in places)
            if (place.Items.Find(known => Names.Key(known).Contains(key, StringComparison.Ordinal)) is { } found)
                return (place, found);
        return (null, null);
    }

    private static bool Same(string left, string right) => Names.Key(left) == Names.Key(right);

    private static NamedList? Find(SkillTurn turn, string key) => turn.State.Lists.Find(list => list.Name == key);

    private static string KeyOf(SkillTurn turn)
    {
        if (turn["list"] is not { } name) return turn.Says("to do", "todo", "task", "タスク", "やること") ? ToDo : Shopping;
        return Names.Key(name, "list", "リスト", "メモ") switch
        {
            "shopping" or "grocery" or "groceries" or "買い物" or "お買い物" or "ショッピング" => Shopping,
            "to do" or "todo" or "to-do" or "task" or "tasks" or "やること" or "タスク" => ToDo,
            var key => key,
        };
    }

    private static string Shown(SkillTurn turn, string key) => key switch
    {
        Shopping => turn.Pick("shopping", "買い物"),
        ToDo => turn.Pick("to-do", "やること"),
        _ => key,
    };

    private static string Join(SkillTurn turn, IEnumerable<string> items) => string.Join(turn.Pick(", ", "、"), items);

    private static SkillResult WithCard(SkillTurn turn, SkillResult result, NamedList list) => result with
    {
        Title = turn.Pick($"{Names.Capital(Shown(turn, list.Name))} list", $"{Shown(turn, list.Name)}リスト"),
        Facts = [.. list.Items.Take(50).Select((item, i) => new SkillFact($"{i + 1}", item))],
    };
}
