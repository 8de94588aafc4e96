using System.Diagnostics;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>
/// Answers conversations together: each pass takes the next token of every answer under way, with guesses at those behind it, and
/// fills the rest of the batch with prompts, in the order they came. Runs on one thread of its own, which is the first of the kernel team.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    /// <summary>Rows of one pass: what a long prompt is cut into.</summary>
    public const int BatchRows = 512;

    private readonly ILanguageModel _model;
    private readonly Queue<Answer> _arrived = [];
    private readonly List<Answer> _active = [];
    private readonly List<(Answer Answer, int Rows)> _wantLogits = [];
    private readonly ModelBatch _batch = new();
    private readonly PassTimes _times = new();
    private readonly Thread _thread;
    private float[] _logits;
    private bool _stopping;

    public Scheduler(ILanguageModel model)
    {
        _model = model;
        _logits = new float[model.Info.VocabularySize];
        _thread = new Thread(Serve) { IsBackground = true, Name = "jibun scheduler" };
        _thread.Start();
    }

    public void Enqueue(Answer answer)
    {
        lock (_arrived)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _arrived.Enqueue(answer);
            Monitor.Pulse(_arrived);
        }
    }

    public void Dispose()
    {
        lock (_arrived)
        {
            _stopping = true;
            Monitor.Pulse(_arrived);
        }
        _thread.Join();
    }

    private void Serve()
    {
        while (Admit())
        {
            try
            {
                DropCancelled();
                FillBatch();
                if (_batch.Rows > 0) Step();
            }
            catch (Exception error)
            {
                foreach (Answer answer in _active) answer.Release(error);
                _active.Clear();
            }
        }
        foreach (Answer answer in _active) answer.Release(new ObjectDisposedException("the model was unloaded"));
    }

    /// <summary>Takes in what arrived, waiting for it when there is nothing else to do.</summary>
    private bool Admit()
    {
        lock (_arrived)
        {
            while (_arrived.Count == 0 && _active.Count == 0 && !_stopping) Monitor.Wait(_arrived);
            while (_arrived.TryDequeue(out Answer? answer)) _active.Add(answer);
            return !_stopping;
        }
    }

    private void DropCancelled()
    {
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            if (!_active[i].IsCancelled) continue;
            _active[i].Release();
            _active.RemoveAt(i);
        }
    }

    // Answers under way come first: they need one row each and must not wait for a prompt.
    private void FillBatch()
    {
        _batch.Clear();
        _wantLogits.Clear();
        foreach (Answer answer in _active)
            if (answer.Uncomputed.Length == 1) AddStep(answer);
        foreach (Answer answer in _active)
        {
            int room = BatchRows - _batch.Rows, missing = answer.Uncomputed.Length;
            if (missing > 1 && room > 0) Add(answer, Math.Min(missing, room));
        }
    }

    private void AddStep(Answer answer)
    {
        ReadOnlySpan<int> run = answer.NextRun(_times, _active.Count, BatchRows - _batch.Rows);
        _batch.Add(answer.Conversation.Cache, run, LogitRows.All, answer.RunLength);
        _wantLogits.Add((answer, run.Length));
    }

    private void Add(Answer answer, int rows)
    {
        ReadOnlySpan<int> tokens = answer.Uncomputed;
        bool last = rows == tokens.Length;
        _batch.Add(answer.Conversation.Cache, tokens[..rows], last ? LogitRows.Last : LogitRows.None, answer.RunLength);
        if (last) _wantLogits.Add((answer, 1));
    }

    private void Step()
    {
        int vocabulary = _model.Info.VocabularySize;
        if (_logits.Length < _batch.LogitCount * vocabulary) _logits = new float[_batch.LogitCount * vocabulary];
        long began = Stopwatch.GetTimestamp();
        _model.Forward(_batch, _logits);
        if (_active.Count == 1 && _batch.Rows == _batch.LogitCount) _times.Record(_batch.Rows, Stopwatch.GetTimestamp() - began);
        int row = 0;
        foreach ((Answer answer, int rows) in _wantLogits)
        {
            bool goesOn = Take(answer, _logits.AsSpan(row * vocabulary, rows * vocabulary), rows, out Exception? error);
            row += rows;
            if (goesOn) continue;
            _active.Remove(answer);
            answer.Release(error);
        }
    }

    // What goes wrong in one answer, such as a constraint that fails, ends that answer only.
    private static bool Take(Answer answer, Span<float> logits, int rows, out Exception? error)
    {
        error = null;
        try
        {
            return answer.Take(logits, rows);
        }
        catch (Exception failure)
        {
            error = failure;
            return false;
        }
    }
}
