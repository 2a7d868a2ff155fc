/* program/ctl_clips.h - does a catalog hold the sentence that was recorded? */
#ifndef PROGRAM_CTL_CLIPS_H
#define PROGRAM_CTL_CLIPS_H

#include <stdbool.h>

/* Is the sentence the whole of this text as it is said in that language, one of its lines or one of its
 * sentences? Furigana is its reading in Japanese, else what stands over it counts. Its last stop may lack. */
bool clip_is_of(const char *language, const char *text, const char *sentence);

#endif
