package dev.heed.lens;

import java.util.Optional;

/// What stood at sites while a model read some tokens on its way through a generation: the prompt,
/// a part of it, or the token chosen before. Maps have a row for each token that was read and a
/// column for each that was there to see, so they get longer from step to step.
///
/// @param from the position of the first token read
/// @param chosen what was chosen after them; none after a part of a prompt, or where the model ends
public record Step(int from, Optional<Integer> chosen, Trace trace) {}
