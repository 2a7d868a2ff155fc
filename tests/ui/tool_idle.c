/* Shows one page and waits for ever; test_idle.sh watches what that costs. Prints "ready FRAMES" once the
 * page stands, then a line for every input, and at the end the frames. Uses the driver that is set. */
#include <stdint.h>

#include "ui/scenes.h"

int
main(void)
{
    const char *driver = getenv("SDL_VIDEODRIVER");
    char kept[32];
    (void)snprintf(kept, sizeof kept, "%s", driver != NULL ? driver : "dummy");
    char *fonts = scene_fonts();
    struct ui_config config = {.fonts = fonts,
        .theme = "assets/theme",
        .width_px = 1280,
        .height_px = 720,
        .px_per_m = 2687};
    struct ui *ui = NULL;
    (void)setenv("SDL_VIDEODRIVER", kept, 1);
    int error = ui_new(&config, &ui);
    free(fonts);
    if (error < 0) {
        (void)printf("ui_new %d\n", error);
        return 1;
    }
    scene_show_named(ui, "home");
    struct ui_input input;
    ui_wait(ui, 500, &input); /* what a window manager still has to say */
    (void)printf("ready %llu\n", (unsigned long long)ui_frames(ui));
    (void)fflush(stdout);
    do {
        ui_wait(ui, -1, &input);
        (void)printf("input %d %s\n", (int)input.type, input.id);
        (void)fflush(stdout);
    } while (input.type != UI_INPUT_QUIT);
    (void)printf("end %llu\n", (unsigned long long)ui_frames(ui));
    ui_free(ui);
    return 0;
}
