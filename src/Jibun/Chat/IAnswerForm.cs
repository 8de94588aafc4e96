namespace Jibun.Chat;

/// <summary>How a family's answers are made up of thoughts, text and calls.</summary>
internal interface IAnswerForm
{
    /// <summary>What comes now belongs to a thought.</summary>
    bool IsThinking { get; }

    /// <summary>Does what the held text is enough for.</summary>
    /// <param name="held">What is done with is taken away.</param>
    /// <param name="atEnd">Nothing follows: what is held becomes certain.</param>
    /// <param name="parts">What was found is added.</param>
    /// <returns>True when more may be possible.</returns>
    bool Step(HeldText held, bool atEnd, AnswerParts parts);
}
