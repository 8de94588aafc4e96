using System.Text;
using Jibun.Generation;

namespace Jibun.Chat.Nano;

/// <summary>A label that an answer could have, with its share of the probability.</summary>
/// <param name="Label">Null for an answer in words.</param>
public readonly record struct NanoCandidate(string? Label, float Probability);

/// <summary>
/// Keeps an answer valid by construction: a label of the head, arguments of that label, values that are words of the user's, each
/// behind the one before, or of a closed list, a call that ends. Every state it allows can be completed. On a head with a
/// threshold, the fallback is taken where no other label reaches it, and only there.
/// </summary>
public sealed class NanoConstraint : ITokenConstraint
{
    private const int MostListItems = 8;

    private readonly NanoLanguage language;
    private readonly NanoHead head;
    private readonly PromptWords words;
    private readonly bool inOrder; // values follow each other in the prompt; not so when they come from several turns
    private readonly bool[] allowed; // [vocabulary]
    private readonly List<int> used = []; // indexes into the label's slots
    private readonly List<Cursor> cursors = [];
    private readonly List<Cursor> moved = [];
    private State state;
    private NanoHeadLabel? label;
    private NanoSlot? slot;
    private int listItems; // of the slot that is being written; 0 when it is no list
    private int floor; // the next value's first byte in the prompt
    private int listFloor; // the same for what follows the list: its first item may stand before other values
    private int seen; // tokens of the answer that the state reflects

    internal NanoConstraint(NanoLanguage language, string task, ReadOnlySpan<int> prompt)
    {
        this.language = language;
        head = language.Head(task);
        words = new PromptWords(SpellPrompt(language, prompt));
        inOrder = prompt.Count(language.User) == 1;
        allowed = new bool[language.Tokenizer.VocabularySize];
    }

    private enum State
    {
        Start,
        Sentence,
        Slot, // an argument's name is next; when none is written yet, the call may also end
        FirstSlot,
        Value,
        NextItem, // the opening quote of a list's next item
        Gap, // the space behind a number's comma
        End,
        Done,
    }

    /// <summary>The likeliest labels, best first; empty until the first token is chosen.</summary>
    public IReadOnlyList<NanoCandidate> Candidates { get; private set; } = [];

    /// <summary>Share of the probability that the likeliest label other than the fallback has among all that the head may answer.</summary>
    public float Confidence { get; private set; }

    public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
    {
        if (generated.Length < seen) Reset();
        while (seen < generated.Length) Advance(generated[seen++]);
        Array.Clear(allowed);
        Allow();
        if (state == State.Start) Choose(logits);
        for (int id = 0; id < logits.Length; id++)
            if (id >= allowed.Length || !allowed[id]) logits[id] = float.NegativeInfinity;
    }

    private void Reset()
    {
        (state, label, slot, listItems, seen, floor) = (State.Start, null, null, 0, 0, 0);
        used.Clear();
        cursors.Clear();
    }

    private static byte[] SpellPrompt(NanoLanguage language, ReadOnlySpan<int> prompt)
    {
        var bytes = new List<byte>();
        foreach (int id in prompt)
        {
            if (language.IsWord[id]) bytes.AddRange(language.Tokenizer.Bytes(id));
            else bytes.Add(0);
        }
        return [.. bytes];
    }

    private void Allow()
    {
        switch (state)
        {
            case State.Start:
                foreach (NanoHeadLabel candidate in head.Labels)
                    allowed[candidate.Id] = candidate.Label.Slots.All(slot => !slot.Required || CanFill(slot, 0));
                OpenSentences();
                AllowCursors();
                cursors.Clear();
                break;
            case State.Sentence:
                AllowCursors();
                if (AtEnd()) allowed[language.End] = true;
                break;
            case State.FirstSlot:
                AllowSlots();
                if (RequiredAreUsed()) allowed[language.CloseBare] = true;
                break;
            case State.Slot:
                AllowSlots();
                break;
            case State.Value:
                AllowCursors();
                if (AtEnd()) AllowClosings();
                break;
            case State.NextItem:
                allowed[language.Quote] = true;
                break;
            case State.Gap:
                allowed[language.Space] = true;
                break;
            default:
                allowed[language.End] = true;
                break;
        }
    }

    private void AllowSlots()
    {
        for (int i = 0; i < label!.SlotIds.Length; i++)
        {
            if (used.Contains(i) || !CanFill(label.Label.Slots[i], floor)) continue;
            allowed[label.SlotIds[i]] = true;
            if (label.ListIds[i] >= 0 && (!inOrder || words.CanEndAfter(words.StartFrom(floor), LastStart)))
                allowed[label.ListIds[i]] = true;
        }
    }

    private void AllowClosings()
    {
        int end = SpanEnd();
        bool more = MoreSlots(listItems > 1 ? listFloor : end >= 0 ? end : floor), complete = RequiredAreUsed();
        if (slot!.IsNumber)
        {
            allowed[language.Comma] |= more;
            allowed[language.CloseBare] |= complete;
        }
        else if (listItems == 0)
        {
            allowed[language.Next] |= more;
            allowed[language.Close] |= complete;
        }
        else
        {
            allowed[language.Next] |= listItems < MostListItems && (!inOrder || words.StartFrom(end) >= 0);
            allowed[language.NextAfterList] |= more && listItems > 1;
            allowed[language.CloseList] |= complete && listItems > 1;
        }
    }

    private void Advance(int id)
    {
        switch (state)
        {
            case State.Start:
                label = head.Find(id);
                state = label is null ? State.Sentence : State.FirstSlot;
                if (label is not null) break;
                OpenSentences();
                MoveCursors(id);
                break;
            case State.Sentence:
                if (id == language.End) state = State.Done;
                else MoveCursors(id);
                break;
            case State.FirstSlot or State.Slot:
                if (id == language.CloseBare) state = State.End;
                else OpenSlot(id);
                break;
            case State.Value:
                AdvanceValue(id);
                break;
            case State.NextItem:
                listItems++;
                OpenValue();
                break;
            case State.Gap:
                state = State.Slot;
                break;
            default:
                state = State.Done;
                break;
        }
    }

    private void AdvanceValue(int id)
    {
        int end = SpanEnd();
        if (AtEnd() && (id == language.Close || id == language.CloseList || id == language.CloseBare)) state = State.End;
        else if (AtEnd() && id == language.Comma && slot!.IsNumber) state = State.Gap;
        else if (AtEnd() && id == language.NextAfterList)
        {
            state = State.Slot;
            floor = listFloor;
        }
        else if (AtEnd() && id == language.Next)
        {
            state = listItems > 0 ? State.NextItem : State.Slot;
            if (end >= 0) floor = end;
            if (listItems == 1) listFloor = floor;
        }
        else MoveCursors(id);
    }

    private void OpenSlot(int id)
    {
        for (int i = 0; i < label!.SlotIds.Length; i++)
        {
            if (id != label.SlotIds[i] && id != label.ListIds[i]) continue;
            used.Add(i);
            slot = label.Label.Slots[i];
            listItems = id == label.ListIds[i] ? 1 : 0;
            OpenValue();
            return;
        }
        state = State.End; // a token that was never allowed: end the call
    }

    private void OpenValue()
    {
        state = State.Value;
        cursors.Clear();
        foreach (string value in slot!.Values) cursors.Add(new Cursor(Encoding.UTF8.GetBytes(value), 0, IsSpan: false));
        if (!slot.FromPrompt) return;
        if (slot.IsNumber)
            foreach (string number in words.Numbers) cursors.Add(new Cursor(Encoding.ASCII.GetBytes(number), 0, IsSpan: false));
        else
            foreach (int start in words.Starts)
                if (start >= FloorOf(slot, floor) && words.CanEndAfter(start, LastEnd))
                    cursors.Add(new Cursor(words.Bytes, start, IsSpan: true));
    }

    // A required argument is never left without words.
    private int FloorOf(NanoSlot candidate, int from) =>
        inOrder && !(candidate.Required && words.StartFrom(from) < 0) ? from : 0;

    private int LastStart => words.Starts.Count > 0 ? words.Starts[^1] : -1;

    /// <summary>The first item of a list leaves words for a second.</summary>
    private int LastEnd => listItems == 1 && inOrder ? LastStart : words.Bytes.Length;

    private void OpenSentences()
    {
        cursors.Clear();
        foreach (string sentence in head.Task.Sentences) cursors.Add(new Cursor(Encoding.UTF8.GetBytes(sentence), 0, IsSpan: false));
    }

    /// <summary>Tokens that spell on from some cursor and leave it completable.</summary>
    private void AllowCursors()
    {
        foreach (Cursor cursor in cursors)
        {
            int node = 0;
            for (int at = cursor.At; at < cursor.Bytes.Length && (node = language.Child(node, cursor.Bytes[at])) >= 0; at++)
                if (language.TokenAt(node) is >= 0 and int id)
                    allowed[id] |= !cursor.IsSpan || words.CanEndAfter(at + 1, LastEnd);
        }
    }

    private void MoveCursors(int id)
    {
        ReadOnlySpan<byte> spelled = language.Tokenizer.Bytes(id);
        moved.Clear();
        foreach (Cursor cursor in cursors)
            if (cursor.Bytes.AsSpan(cursor.At).StartsWith(spelled)) moved.Add(cursor with { At = cursor.At + spelled.Length });
        cursors.Clear();
        cursors.AddRange(moved);
        if (cursors.Count == 0) state = State.End;
    }

    /// <summary>Where in the prompt the value ends, if it ends here; -1 when it is of a closed list.</summary>
    private int SpanEnd()
    {
        int end = -1;
        foreach (Cursor cursor in cursors)
            if (cursor.IsSpan && EndsAt(cursor) && (end < 0 || cursor.At < end)) end = cursor.At;
        return end;
    }

    private bool AtEnd()
    {
        foreach (Cursor cursor in cursors)
            if (EndsAt(cursor)) return true;
        return false;
    }

    private bool EndsAt(Cursor cursor) =>
        cursor.IsSpan ? words.EndsAt(cursor.At) && cursor.At <= LastEnd : cursor.At == cursor.Bytes.Length;

    private bool CanFill(NanoSlot candidate, int from) =>
        candidate.Values.Count > 0 || (candidate.FromPrompt
            && (candidate.IsNumber ? words.Numbers.Count > 0 : words.StartFrom(FloorOf(candidate, from)) >= 0));

    private bool MoreSlots(int from)
    {
        for (int i = 0; i < label!.SlotIds.Length; i++)
            if (!used.Contains(i) && CanFill(label.Label.Slots[i], from)) return true;
        return false;
    }

    private bool RequiredAreUsed()
    {
        for (int i = 0; i < label!.SlotIds.Length; i++)
            if (label.Label.Slots[i].Required && !used.Contains(i)) return false;
        return true;
    }

    /// <summary>Ranks what the head may answer, and decides whether it is the fallback.</summary>
    private void Choose(ReadOnlySpan<float> logits)
    {
        var ids = new List<int>();
        for (int id = 0; id < Math.Min(allowed.Length, logits.Length); id++)
            if (allowed[id]) ids.Add(id);
        float highest = float.NegativeInfinity, sum = 0;
        foreach (int id in ids) highest = Math.Max(highest, logits[id]);
        float[] shares = new float[ids.Count];
        for (int i = 0; i < shares.Length; i++) sum += shares[i] = MathF.Exp(logits[ids[i]] - highest);
        Candidates = [.. ids.Zip(shares).OrderByDescending(pair => pair.Second).Take(4)
            .Select(pair => new NanoCandidate(head.Find(pair.First)?.Label.Name, pair.Second / sum))];
        Confidence = ids.Zip(shares).Where(pair => pair.First != head.Fallback).Select(pair => pair.Second / sum).DefaultIfEmpty().Max();
        if (head.Fallback < 0 || head.Task.Threshold <= 0) return;
        if (Confidence >= head.Task.Threshold)
        {
            allowed[head.Fallback] = false;
        }
        else
        {
            Array.Clear(allowed);
            allowed[head.Fallback] = true;
        }
    }

    /// <summary>A place in a text that the value may go on with.</summary>
    /// <param name="IsSpan">In the prompt, where the value may end at any word's end; otherwise it ends with the text.</param>
    private readonly record struct Cursor(byte[] Bytes, int At, bool IsSpan);
}
