/// An index of keys by a graph of neighbours, for memories too large to look at every key.
package dev.heed.memory.lucene;
