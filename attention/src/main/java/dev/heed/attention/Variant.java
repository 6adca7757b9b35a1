package dev.heed.attention;

/// One choice on one axis, for a table of them all.
///
/// @param axis `modifier`
/// @param form how it is written, or what it is called where it has no text
/// @param type what it is in Java
/// @param summary what it does, on a line
/// @param paper who described it, and where
public record Variant(String axis, String form, Class<?> type, String summary, String paper) {}
