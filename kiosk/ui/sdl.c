/* ui/sdl.c - window, events, pictograms and PNG by SDL2; with ttf.c the only place that knows it. The
 * kiosk draws into the window's own surface: no renderer, no textures, no second copy of the screen.
 *
 * Waiting. SDL 2.26 sleeps on the connection of X11 and Wayland, but asks every millisecond on other
 * drivers. So on dummy and offscreen, which have no events of their own, this file sleeps on its own
 * eventfd; on X11 and Wayland a thread that sleeps on that eventfd turns a wake-up or a signal into an
 * SDL event. An idle kiosk takes no time at all (tests/ui/test_idle.sh). */
#include "ui/ui_priv.h"

#include <SDL.h>
#include <SDL_image.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"

enum { TEXT_QUEUE = 64, WIPE_EVENTS = 256, SVG_MAX_PX = 4096, KEYS_MAX = 64, ACT_MAX = 48 };

/* A key that the settings name. */
struct set_key {
    SDL_Keycode code;
    char act[ACT_MAX]; /* "" for a switch */
    int number;
};

struct window {
    SDL_Window *window;
    SDL_Surface *surface; /* SDL's; NULL when it must be asked for again */
    SDL_Surface *own; /* when the window's pixels are not 32 bits wide */
    bool lost;
    bool fullscreen;
    int wake_fd; /* eventfd; written by ui_wake and by signals */
    bool sleeps_in_sdl; /* the driver can block; else we poll wake_fd */
    uint32_t wake_event;
    pthread_t watcher;
    bool watching;
    int stop_fd; /* ends the watcher */
    bool mouse_is_finger; /* SDL_MOUSE_TOUCH_EVENTS: fingers come too */
    struct set_key keys[KEYS_MAX];
    size_t key_count, bad_keys;
    bool text_dropped; /* a character is still to come that does not count */
    struct sigaction old_int, old_term;
};

/* A signal handler has no argument of ours: the one mutable global of this room. */
static volatile sig_atomic_t signalled;
static volatile sig_atomic_t signal_fd = -1;

static void
on_signal(int number ATTR_UNUSED)
{
    int saved = errno;
    uint64_t one = 1;
    signalled = 1;
    ssize_t done = write(signal_fd, &one, sizeof one);
    (void)done; /* full means that it is awake already */
    errno = saved;
}

/* Only over the default action: a program that handles signals itself keeps doing so. */
static void
catch_signal(int number, struct sigaction *ret_old)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, ret_old) == 0 && ret_old->sa_handler == SIG_DFL) {
        (void)sigaction(number, &action, NULL);
    }
}

static void *
watch(void *ctx)
{
    struct window *window = ctx;
    for (;;) {
        struct pollfd fds[] = {
            {.fd = window->wake_fd, .events = POLLIN}, {.fd = window->stop_fd, .events = POLLIN}};
        if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR) {
            return NULL;
        }
        if (fds[1].revents != 0) {
            return NULL;
        }
        uint64_t count;
        if (fds[0].revents != 0 && read(window->wake_fd, &count, sizeof count) > 0) {
            SDL_Event event = {.type = window->wake_event};
            (void)SDL_PushEvent(&event); /* a full queue wakes as well */
        }
    }
}

static bool
driver_is(const char *name)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver != NULL && strcmp(driver, name) == 0;
}

static int
start_waiting(struct window *window)
{
    window->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    window->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    window->wake_event = SDL_RegisterEvents(1);
    window->sleeps_in_sdl = !driver_is("dummy") && !driver_is("offscreen");
    if (window->wake_fd < 0 || window->stop_fd < 0) {
        return KERR_UI_DISPLAY;
    }
    if (window->sleeps_in_sdl) {
        if (pthread_create(&window->watcher, NULL, watch, window) != 0) {
            return KERR_UI_DISPLAY;
        }
        window->watching = true;
    }
    signalled = 0;
    signal_fd = window->wake_fd;
    catch_signal(SIGINT, &window->old_int);
    catch_signal(SIGTERM, &window->old_term);
    return 0;
}

static int
open_window(struct window *window, const struct ui_config *config)
{
    (void)SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    (void)SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
    (void)SDL_SetHint(SDL_HINT_APP_NAME, "Madoguchi");
    /* a touch that brings the window to the front is a touch like any other */
    (void)SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS) != 0) {
        return KERR_UI_DISPLAY;
    }
    /* X11 shows a surface from shared memory, offscreen keeps it in memory; a texture in between would
     * only load a GL driver (25 ms, 80 MB). Wayland and KMSDRM have no surface of their own: they need it. */
    if (!driver_is("wayland") && !driver_is("KMSDRM")) {
        (void)SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    }
    bool screen = !driver_is("dummy") && !driver_is("offscreen");
    window->fullscreen = config->fullscreen && screen;
    uint32_t flags = window->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    window->window = SDL_CreateWindow("Madoguchi", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
        config->width_px, config->height_px, flags);
    if (window->window == NULL) {
        return KERR_UI_DISPLAY;
    }
    /* Whoever comes to the counter must see it: the screen stays on. */
    SDL_DisableScreenSaver();
    SDL_StartTextInput();
    window->mouse_is_finger = SDL_GetHintBoolean(SDL_HINT_MOUSE_TOUCH_EVENTS, SDL_FALSE);
    if (window->fullscreen) {
        (void)SDL_ShowCursor(SDL_DISABLE);
    }
    return 0;
}

/* One entry of a list: "KEY ACT", or "KEY" alone for a switch with its number. */
static void
add_key(struct window *window, char *entry, int number)
{
    while (*entry == ' ') {
        entry++;
    }
    size_t len = strlen(entry);
    while (len > 0 && entry[len - 1] == ' ') {
        entry[--len] = '\0';
    }
    char *act = number == 0 ? strrchr(entry, ' ') : NULL;
    if (act != NULL) {
        *act++ = '\0';
    }
    struct set_key *key = &window->keys[window->key_count];
    bool good = window->key_count < KEYS_MAX && (number > 0 || act != NULL) &&
                (act == NULL || (strlen(act) < ACT_MAX && hands_act(act)));
    SDL_Keycode code = good ? SDL_GetKeyFromName(entry) : SDLK_UNKNOWN;
    if (code == SDLK_UNKNOWN) {
        window->bad_keys++;
        return;
    }
    *key = (struct set_key){.code = code, .number = number};
    (void)snprintf(key->act, sizeof key->act, "%s", act != NULL ? act : "");
    window->key_count++;
}

static void
read_keys(struct window *window, const char *list, bool switches)
{
    char *copy = xstrdup(list != NULL ? list : ""), *rest = copy;
    for (int number = 1; rest != NULL && *rest != '\0'; number++) {
        char *entry = rest;
        rest = strchr(rest, ',');
        if (rest != NULL) {
            *rest++ = '\0';
        }
        add_key(window, entry, switches ? (number < 2 ? number : 2) : 0);
    }
    free(copy);
}

size_t
window_bad_keys(const struct window *window)
{
    return window->bad_keys;
}

int
window_new(const struct ui_config *config, struct window **ret_window)
{
    struct window *window = xcalloc(1, sizeof *window);
    window->wake_fd = window->stop_fd = -1;
    int error = open_window(window, config);
    if (error == 0) {
        error = start_waiting(window);
    }
    if (error < 0) {
        window_free(window);
        return error;
    }
    window->lost = true;
    read_keys(window, config->keys, false);
    read_keys(window, config->switch_keys != NULL ? config->switch_keys : "Space, Return", true);
    *ret_window = window;
    return 0;
}

static void
stop_waiting(struct window *window)
{
    if (window->watching) {
        uint64_t one = 1;
        ssize_t done = write(window->stop_fd, &one, sizeof one);
        (void)done; /* an eventfd that is full is readable too */
        (void)pthread_join(window->watcher, NULL);
    }
    if (signal_fd >= 0 && signal_fd == window->wake_fd) {
        (void)sigaction(SIGINT, &window->old_int, NULL);
        (void)sigaction(SIGTERM, &window->old_term, NULL);
        signal_fd = -1;
    }
    if (window->wake_fd >= 0) {
        (void)close(window->wake_fd);
    }
    if (window->stop_fd >= 0) {
        (void)close(window->stop_fd);
    }
}

void
window_free(struct window *window)
{
    if (window == NULL) {
        return;
    }
    stop_waiting(window);
    SDL_FreeSurface(window->own);
    if (window->window != NULL) {
        SDL_DestroyWindow(window->window);
    }
    SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS);
    if (SDL_WasInit(0) == 0) { /* the last one: gives back hints and logs too */
        SDL_Quit();
    }
    free(window);
}

/* ---- pixels ---- */

static bool
is_xrgb(const SDL_Surface *surface)
{
    const SDL_PixelFormat *f = surface->format;
    return f->BytesPerPixel == 4 && f->Rmask == 0xff0000 && f->Gmask == 0xff00 && f->Bmask == 0xff;
}

bool
window_canvas(struct window *window, struct canvas *ret_canvas)
{
    if (window->surface == NULL) {
        window->surface = SDL_GetWindowSurface(window->window);
        window->lost = true;
        SDL_FreeSurface(window->own);
        window->own = NULL;
    }
    if (window->surface == NULL) {
        return false;
    }
    SDL_Surface *at = window->surface;
    if (!is_xrgb(at)) {
        if (window->own == NULL) {
            window->own =
                SDL_CreateRGBSurfaceWithFormat(0, at->w, at->h, 32, SDL_PIXELFORMAT_RGB888);
        }
        at = window->own;
    }
    if (at == NULL) {
        return false;
    }
    *ret_canvas = (struct canvas){
        .pixels = at->pixels,
        .w = at->w,
        .h = at->h,
        .stride = at->pitch / 4,
        .clip = {0, 0, at->w, at->h},
    };
    return true;
}

bool
window_lost(struct window *window)
{
    bool lost = window->lost;
    window->lost = false;
    return lost;
}

void
window_present(struct window *window, const struct px_rect *rects, size_t count)
{
    enum { MOST = 32 };
    SDL_Rect out[MOST];
    count = count < MOST ? count : MOST;
    for (size_t i = 0; i < count; i++) {
        out[i] = (SDL_Rect){rects[i].x, rects[i].y, rects[i].w, rects[i].h};
        if (window->own != NULL) {
            SDL_Rect at = out[i];
            (void)SDL_BlitSurface(window->own, &out[i], window->surface, &at);
        }
    }
    if (SDL_UpdateWindowSurfaceRects(window->window, out, (int)count) != 0) {
        window->surface = NULL; /* replaced behind our back: asked for again */
        window->lost = true;
    }
}

/* ---- events ---- */

struct key_name {
    SDL_Keycode code;
    const char *name;
};

static const char *
key_name(const struct window *window, const SDL_Keysym *key)
{
    static const struct key_name names[] = {
        {SDLK_UP, "up"},
        {SDLK_DOWN, "down"},
        {SDLK_LEFT, "left"},
        {SDLK_RIGHT, "right"},
        {SDLK_RETURN, "select"},
        {SDLK_RETURN2, "select"},
        {SDLK_KP_ENTER, "main"},
        {SDLK_SELECT, "select"},
        {SDLK_ESCAPE, "back"},
        {SDLK_AC_BACK, "back"},
        {SDLK_BACKSPACE, "delete"},
        {SDLK_DELETE, "delete"},
        {SDLK_KP_PERIOD, "delete"},
        {SDLK_VOLUMEUP, "volume-up"},
        {SDLK_VOLUMEDOWN, "volume-down"},
        {SDLK_AUDIOFASTFORWARD, "rate-up"},
        {SDLK_AUDIOREWIND, "rate-down"},
        {SDLK_AUDIOPLAY, "pause"},
        {SDLK_AUDIOPREV, "repeat"},
    };
    for (size_t i = 0; i < window->key_count; i++) {
        if (window->keys[i].code == key->sym && window->keys[i].number == 0) {
            return window->keys[i].act;
        }
    }
    if (key->sym == SDLK_TAB) {
        return (key->mod & KMOD_SHIFT) != 0 ? "previous" : "next";
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].code == key->sym) {
            return names[i].name;
        }
    }
    return NULL;
}

static int
switch_number(const struct window *window, SDL_Keycode code)
{
    for (size_t i = 0; i < window->key_count; i++) {
        if (window->keys[i].code == code && window->keys[i].number > 0) {
            return window->keys[i].number;
        }
    }
    return 0;
}

/* A number pad types its digits whether its NumLock is lit or not; with it they come as text. */
static bool
pad_digit(const SDL_Keysym *key, bool repeat, struct window_event *out)
{
    static const SDL_Keycode pad[] = {SDLK_KP_0, SDLK_KP_1, SDLK_KP_2, SDLK_KP_3, SDLK_KP_4,
        SDLK_KP_5, SDLK_KP_6, SDLK_KP_7, SDLK_KP_8, SDLK_KP_9};
    for (size_t i = 0; i < ARRAY_LEN(pad); i++) {
        if (pad[i] == key->sym && (key->mod & KMOD_NUM) == 0) {
            out->type = repeat ? WINDOW_NONE : WINDOW_TEXT;
            out->text[0] = (char)('0' + i);
            return true;
        }
    }
    return false;
}

static void
from_key(struct window *window, const SDL_KeyboardEvent *event, struct window_event *out)
{
    const SDL_Keysym *key = &event->keysym;
    /* a key held down types once, and the number pad's point only rubs out */
    window->text_dropped = event->repeat != 0 || key->sym == SDLK_KP_PERIOD;
    out->key = key_name(window, key);
    out->number = switch_number(window, key->sym);
    if (out->key == NULL && out->number == 0 && pad_digit(key, event->repeat != 0, out)) {
        return;
    }
    out->repeat = event->repeat != 0;
    out->prints =
        key->sym >= SDLK_SPACE && (key->sym & SDLK_SCANCODE_MASK) == 0 && key->sym != SDLK_DELETE;
    out->type = out->key != NULL || out->number > 0 ? WINDOW_KEY : WINDOW_NONE;
}

static void
from_mouse(struct window *window, const SDL_Event *event, struct window_event *out)
{
    int w = 1, h = 1;
    bool motion = event->type == SDL_MOUSEMOTION;
    uint32_t which = motion ? event->motion.which : event->button.which;
    if (which == SDL_TOUCH_MOUSEID || window->mouse_is_finger) {
        return;
    }
    if (motion && (event->motion.state & SDL_BUTTON_LMASK) == 0) {
        (void)SDL_ShowCursor(SDL_ENABLE); /* a real mouse: let it be seen */
        return;
    }
    if (!motion && event->button.button != SDL_BUTTON_LEFT) {
        return;
    }
    SDL_GetWindowSize(window->window, &w, &h);
    out->type = motion ? WINDOW_MOVE : event->type == SDL_MOUSEBUTTONDOWN ? WINDOW_DOWN : WINDOW_UP;
    out->finger = -1;
    out->x = ((float)(motion ? event->motion.x : event->button.x) + 0.5F) / (float)w;
    out->y = ((float)(motion ? event->motion.y : event->button.y) + 0.5F) / (float)h;
}

static void
from_finger(struct window *window, const SDL_Event *event, struct window_event *out)
{
    if (event->tfinger.touchId == SDL_MOUSE_TOUCHID && !window->mouse_is_finger) {
        return;
    }
    if (window->fullscreen && event->type == SDL_FINGERDOWN) {
        (void)SDL_ShowCursor(SDL_DISABLE);
    }
    out->type = event->type == SDL_FINGERDOWN ? WINDOW_DOWN
                : event->type == SDL_FINGERUP ? WINDOW_UP
                                              : WINDOW_MOVE;
    out->finger = event->tfinger.fingerId;
    out->x = event->tfinger.x;
    out->y = event->tfinger.y;
}

static void
from_window(struct window *window, const SDL_WindowEvent *event, struct window_event *out)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
        out->type = WINDOW_EXPOSED;
        break;
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        window->surface = NULL;
        window->lost = true;
        out->type = WINDOW_RESIZED;
        break;
    default: /* closing comes as SDL_QUIT too */
        break;
    }
}

static void
translate(struct window *window, const SDL_Event *event, struct window_event *out)
{
    switch (event->type) {
    case SDL_QUIT:
        out->type = WINDOW_QUIT;
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEMOTION:
        from_mouse(window, event, out);
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP:
    case SDL_FINGERMOTION:
        from_finger(window, event, out);
        break;
    case SDL_KEYDOWN:
        from_key(window, &event->key, out);
        break;
    case SDL_TEXTINPUT:
        out->type = window->text_dropped ? WINDOW_NONE : WINDOW_TEXT;
        window->text_dropped = false;
        (void)snprintf(out->text, sizeof out->text, "%s", event->text.text);
        break;
    case SDL_WINDOWEVENT:
        from_window(window, &event->window, out);
        break;
    default:
        if (event->type == window->wake_event) {
            out->type = WINDOW_WAKE;
        }
        break;
    }
}

/* A signal says quit, anything else on the eventfd is a wake-up. */
static void
after_wake(struct window_event *out)
{
    out->type = signalled != 0 ? WINDOW_QUIT : WINDOW_WAKE;
    signalled = 0;
}

/* Sleeps on the eventfd; true when it was written to. */
static bool
sleep_outside(struct window *window, int timeout_ms)
{
    struct pollfd fd = {.fd = window->wake_fd, .events = POLLIN};
    uint64_t count;
    if (poll(&fd, 1, timeout_ms) < 0 && errno != EINTR) {
        return false;
    }
    return read(window->wake_fd, &count, sizeof count) > 0;
}

/* A wake-up of the watcher may stand for a signal. */
static void
take(struct window *window, const SDL_Event *event, struct window_event *out)
{
    translate(window, event, out);
    if (out->type == WINDOW_WAKE) {
        after_wake(out);
    }
}

bool
window_wait(struct window *window, int timeout_ms, struct window_event *ret_event)
{
    *ret_event = (struct window_event){0};
    SDL_Event event;
    /* Not SDL_PollEvent: it stops at a mark of its own with events still behind it. */
    SDL_PumpEvents();
    while (SDL_PeepEvents(&event, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1) {
        take(window, &event, ret_event);
        if (ret_event->type != WINDOW_NONE) {
            return true;
        }
    }
    if (!window->sleeps_in_sdl) {
        if (!sleep_outside(window, timeout_ms)) {
            return false;
        }
        after_wake(ret_event);
        return true;
    }
    if (SDL_WaitEventTimeout(&event, timeout_ms) == 0) {
        return false;
    }
    take(window, &event, ret_event);
    return true;
}

void
window_wake(struct window *window)
{
    uint64_t one = 1;
    ssize_t done = write(window->wake_fd, &one, sizeof one);
    (void)done; /* full means that it is awake already */
}

void
window_wipe(struct window *window)
{
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_QUIT - 1);
    SDL_FlushEvents(SDL_KEYDOWN, SDL_LASTEVENT);
    /* SDL keeps the memory of passed events for the next ones: fill it with empty ones. */
    SDL_Event empty = {.type = window->wake_event + 1};
    for (int i = 0; i < WIPE_EVENTS; i++) {
        if (SDL_PeepEvents(&empty, 1, SDL_ADDEVENT, 0, 0) != 1) {
            break;
        }
    }
    SDL_FlushEvent(empty.type);
}

/* ---- files ---- */

int
window_save_png(const struct canvas *canvas, const char *path)
{
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom(
        canvas->pixels, canvas->w, canvas->h, 32, canvas->stride * 4, SDL_PIXELFORMAT_RGB888);
    if (surface == NULL) {
        return KERR_NO_MEMORY;
    }
    int error = IMG_SavePNG(surface, path) == 0 ? 0 : KERR_IO;
    SDL_FreeSurface(surface);
    return error;
}

/* The alpha of an ARGB surface. */
static int
take_alpha(SDL_Surface *surface, struct mask *ret_mask)
{
    SDL_Surface *argb = SDL_ConvertSurfaceFormat(surface, SDL_PIXELFORMAT_ARGB8888, 0);
    if (argb == NULL) {
        return KERR_NO_MEMORY;
    }
    size_t w = (size_t)argb->w, h = (size_t)argb->h;
    struct mask mask = {.w = argb->w, .h = argb->h, .coverage = xcalloc(w * h + 1, 1)};
    for (size_t y = 0; y < h; y++) {
        const uint8_t *row = (const uint8_t *)argb->pixels + y * (size_t)argb->pitch;
        for (size_t x = 0; x < w; x++) {
            uint32_t pixel;
            memcpy(&pixel, row + 4 * x, sizeof pixel);
            mask.coverage[y * w + x] = (uint8_t)(pixel >> 24);
        }
    }
    SDL_FreeSurface(argb);
    *ret_mask = mask;
    return 0;
}

int
window_svg(const char *path, int w, int h, struct mask *ret_mask)
{
    if (w < 1 || h < 1 || w > SVG_MAX_PX || h > SVG_MAX_PX) {
        return KERR_INVALID;
    }
    SDL_RWops *file = SDL_RWFromFile(path, "rb");
    if (file == NULL) {
        return KERR_NOT_FOUND;
    }
    SDL_Surface *surface = IMG_LoadSizedSVG_RW(file, w, h);
    (void)SDL_RWclose(file);
    if (surface == NULL) {
        return KERR_INVALID;
    }
    int error = take_alpha(surface, ret_mask);
    SDL_FreeSurface(surface);
    return error;
}
