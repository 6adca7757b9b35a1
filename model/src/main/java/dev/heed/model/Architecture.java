package dev.heed.model;

import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;

/// Builds a decoder from the settings and weights of a checkpoint, both under their Hugging Face
/// names.
///
/// An architecture reads every setting that changes its arithmetic; what it leaves unread is
/// reported by the loader.
@FunctionalInterface
interface Architecture {
  Decoder load(Settings config, Weights weights);
}
