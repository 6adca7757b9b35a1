/// Mixers of positions that carry a state of a fixed size instead of all keys and values: time
/// linear in the length, memory of one state while decoding.
///
/// Read [StateMixer] first, then [StateInput] and [ReferenceMix], which is what the others compute.
package dev.heed.attention.mixer;
