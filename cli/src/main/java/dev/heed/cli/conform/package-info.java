/// Conformance: calls that others computed, in files, run through Heed and compared.
///
/// A golden call ([dev.heed.cli.conform.GoldenCase]) has an attention in its header, an ONNX call
/// ([dev.heed.cli.conform.OnnxCase]) an operator and its attributes.
package dev.heed.cli.conform;
