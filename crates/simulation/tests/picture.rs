//! Pictures without a screen.

#[expect(dead_code, reason = "each program uses a part of what is shared")]
mod common;

use piano::Pitch;
use simulation::environment::{Environment, TaskSettings};
use simulation::picture::{Camera, DrawError, Renderer};
use simulation::scene::SceneSettings;
use simulation::score::{FrameSettings, Score};
use std::sync::Arc;

const SIZE: [usize; 2] = [640, 360];
const VERMILION: [f32; 3] = [0.84, 0.37, 0.0];

fn environment(drawable: bool) -> Environment {
    let model = common::model(&SceneSettings {
        drawable,
        ..SceneSettings::default()
    });
    let score = Score::new(&common::notes(1, 20), &[], &FrameSettings::default()).unwrap();
    Environment::new(&model, Arc::new(score), TaskSettings::default())
}

/// How many pixels are more red than anything else on a piano.
fn vermilion_pixels(picture: &[u8]) -> usize {
    let (pixels, _) = picture.as_chunks();
    pixels
        .iter()
        .filter(|[red, green, blue]| *red > 90 && *green < red / 3 * 2 && *blue < red / 3)
        .count()
}

#[test]
fn a_painted_key_is_seen_and_the_next_picture_is_another() {
    let mut environment = environment(true);
    let mut renderer = Renderer::new(environment.model(), SIZE[0], SIZE[1], Camera::OVERHEAD).unwrap();
    let plain = renderer.draw(&mut environment, &[]);
    assert_eq!(plain.len(), 3 * SIZE[0] * SIZE[1]);
    let painted = renderer.draw(&mut environment, &[(Pitch::new(100).unwrap(), VERMILION)]);
    assert!(vermilion_pixels(&painted) > vermilion_pixels(&plain) + 50);
    assert_eq!(renderer.draw(&mut environment, &[]), plain, "painting leaves no trace");
    for step in 0..20 {
        let action: Vec<f32> = (0..environment.model().action_len())
            .map(|column| common::waves(step, column))
            .collect();
        environment.step(&action).unwrap();
    }
    assert_ne!(renderer.draw(&mut environment, &[]), plain, "the hands moved");
    drop(renderer);
    let mut again = Renderer::new(environment.model(), 64, 64, Camera::OVERHEAD).unwrap();
    assert_eq!(again.draw(&mut environment, &[]).len(), 3 * 64 * 64);
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/hands.rgb"), painted).unwrap();
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let environment = environment(false);
    let refused = |width| Renderer::new(environment.model(), width, 64, Camera::OVERHEAD).err();
    assert_eq!(refused(64), Some(DrawError::NotDrawable));
    let drawable = self::environment(true);
    let too_large = Renderer::new(drawable.model(), 100_000, 64, Camera::OVERHEAD).err();
    assert!(matches!(too_large, Some(DrawError::BadSize { .. })));
}
