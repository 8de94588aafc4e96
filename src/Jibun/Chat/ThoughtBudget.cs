using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Jibun.Generation;
using Jibun.Templates;
using Jibun.Tokenization;

namespace Jibun.Chat;

/// <summary>Lets a model think for so many tokens, then makes it write what ends a thought.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="marks">How it marks thoughts.</param>
/// <param name="budget">Tokens between the marks. A character that is not whole is finished first.</param>
/// <param name="insideThought">The prompt has opened the thought.</param>
internal sealed class ThoughtBudget(Tokenizer tokenizer, ThoughtMarks marks, int budget, bool insideThought) : ITokenConstraint
{
    private readonly int[] _closing = tokenizer.Encode(marks.Closing, parseSpecial: true);
    private readonly byte[] _open = Encoding.UTF8.GetBytes(marks.Open.TrimEnd()), _close = Encoding.UTF8.GetBytes(marks.Close);
    private readonly List<byte> _text = []; // since the beginning, or since the thought began
    private Phase _phase = insideThought ? Phase.Thinking : Phase.Beginning;
    private int _seen, _thought, _closed;

    private enum Phase
    {
        Beginning,
        Thinking,
        Closing,
        Over,
    }

    public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
    {
        foreach (int token in generated[_seen..]) Follow(token);
        _seen = generated.Length;
        if (_phase == Phase.Thinking && _thought >= budget && IsWhole()) _phase = Phase.Closing;
        if (_phase != Phase.Closing) return;
        float kept = logits[_closing[_closed]];
        logits.Fill(float.NegativeInfinity);
        logits[_closing[_closed]] = float.IsFinite(kept) ? kept : 0;
    }

    private void Follow(int token)
    {
        if (_phase == Phase.Over) return;
        if (_phase == Phase.Closing)
        {
            if (++_closed == _closing.Length) _phase = Phase.Over;
            return;
        }
        _text.AddRange(tokenizer.Bytes(token));
        ReadOnlySpan<byte> text = CollectionsMarshal.AsSpan(_text);
        if (_phase == Phase.Thinking)
        {
            _thought++;
            if (text.IndexOf(_close) >= 0) _phase = Phase.Over;
            else if (_text.Count > 2 * _close.Length + 512) _text.RemoveRange(0, _text.Count - _close.Length); // a mark may have begun
            return;
        }
        text = text.TrimStart(" \t\r\n"u8);
        if (text.StartsWith(_open))
        {
            _phase = Phase.Thinking;
            _text.Clear();
        }
        else if (!_open.AsSpan().StartsWith(text)) _phase = Phase.Over; // it answers at once
    }

    private bool IsWhole() => Rune.DecodeLastFromUtf8(CollectionsMarshal.AsSpan(_text), out _, out _) != OperationStatus.NeedMoreData || _text.Count == 0;
}
