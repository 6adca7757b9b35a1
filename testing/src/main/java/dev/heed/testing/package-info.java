/// What the tests of every module share: the data outside the repository, and the kernels that ran.
@org.jspecify.annotations.NullMarked
package dev.heed.testing;
