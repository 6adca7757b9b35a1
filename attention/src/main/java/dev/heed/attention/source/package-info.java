/// Keys and values from elsewhere: learned ones, landmarks, a memory, another layer. Each is data,
/// a [dev.heed.attention.Source], and a few operations that make of it a call of attention.
package dev.heed.attention.source;
