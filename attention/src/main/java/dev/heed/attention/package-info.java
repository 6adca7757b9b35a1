/// The heart, readable alone: the record of an attention call and its axes, the executors, positions and caches.
package dev.heed.attention;
