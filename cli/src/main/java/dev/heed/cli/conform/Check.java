package dev.heed.cli.conform;

/// One output of a case, and how Heed's own compares.
///
/// @param output its name in the file
/// @param way who computed it, `Tiled`
record Check(String output, String way, Comparison comparison) {}
