using Jibun.Chat.Nano;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// More out-of-scope lines for CLINC150, whose training file has a hundred: a grammar of foreign topics, other sets' foreign
/// topics, and word salad.
/// </summary>
internal static class OutOfScope
{
    private static readonly HashSet<string> foreign =
    [
        "qa_factoid", "qa_stock", "social_post", "social_query", "email_query", "email_querycontact", "email_sendemail",
        "email_addcontact", "news_query", "play_radio", "play_podcasts", "play_audiobook", "transport_ticket",
        "recommendation_events", "recommendation_movies", "general_quirky", "music_likeness", "music_settings", "play_game",
        "takeaway_query",
    ];

    private const int GrammarLines = 5000;

    public static IEnumerable<Utterance> Write(Dictionary<string, List<Utterance>> all, SeededRandom random)
    {
        List<Utterance> lines =
            [.. SentenceGrammar.LoadForTraining("outside").Write(random, heldOut: false).Take(GrammarLines).Select(line => Outside(line.Text))];
        if (all.TryGetValue("hwu", out List<Utterance>? home))
            lines.AddRange(home.Where(line => foreign.Contains(line.Intent)).Select(line => Outside(line.Text)));
        if (all.TryGetValue("snips", out List<Utterance>? voice))
        {
            Utterance[] works =
                [.. voice.Where(line => line.Intent is "RateBook" or "SearchCreativeWork" or "SearchScreeningEvent")];
            for (int i = 0; i < 500 && works.Length > 0; i++) lines.Add(Outside(random.Pick(works).Text));
        }
        if (all.TryGetValue("clinc", out List<Utterance>? scope))
        {
            string[] words = [.. scope.SelectMany(line => line.Text.Split(' ')).Where(word => word.Length > 3)];
            for (int i = 0; i < 400; i++)
                lines.Add(Outside(string.Join(' ', Enumerable.Range(0, 3 + random.Next(7)).Select(_ => random.Pick(words)))));
        }
        return lines;
    }

    private static Utterance Outside(string text) =>
        new(NanoFormat.Normalize(text.ToLowerInvariant().TrimEnd('.', '?', '!'), "clinc"), "oos", []);
}
