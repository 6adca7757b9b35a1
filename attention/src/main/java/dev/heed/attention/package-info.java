/// The heart, readable alone: the record of an attention call and its axes, and the executors that
/// run it.
///
/// Read [Attention] first, then [AttentionInput], [Executor] and [Reference].
package dev.heed.attention;
