//! Where a hand's forearm is to be at each moment so that as many notes as possible are within reach: the best of all courses
//! on a grid of places and speeds, found backwards from the end, so that it leaves early enough to arrive.

use crate::settings::ArmSettings;

/// Somewhere the forearm should be at a moment, and how much that is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Along the keyboard, meters.
    pub place_meters: f64,
    /// Worth of being there.
    pub worth: f64,
}

/// The forearm's course: a place for each moment. It starts at `start_meters` at rest and stays inside `range`.
pub fn course(stations: &[Vec<Station>], start_meters: f64, range: [f64; 2], settings: &ArmSettings) -> Vec<f64> {
    let Some(grid) = Grid::around(stations, start_meters, range, settings) else {
        return vec![start_meters; stations.len()];
    };
    let choices = grid.choices(stations, settings);
    let mut course = Vec::with_capacity(stations.len());
    let (mut place, mut speed) = (grid.nearest(start_meters), 0_isize);
    course.push(start_meters);
    for choice in choices.iter().take(stations.len() - 1) {
        let next = isize::from(choice[grid.state(place, speed)]);
        place = (place as isize + speed + next) as usize;
        speed = next;
        course.push(grid.place(place));
    }
    course
}

/// Speeds in steps a moment, places in half steps: a moment's way is the mean of its first and last speed.
struct Grid {
    lowest_meters: f64,
    place_meters: f64,
    places: usize,
    speed_max: isize,
    acceleration_max: isize,
}

impl Grid {
    /// Covers the stations and the start; nothing where there is no station.
    fn around(stations: &[Vec<Station>], start_meters: f64, range: [f64; 2], settings: &ArmSettings) -> Option<Grid> {
        let step_meters = settings.step_meters;
        let places = stations
            .iter()
            .flatten()
            .map(|station| station.place_meters.clamp(range[0], range[1]));
        let (low, high) = places.fold(None, |ends: Option<(f64, f64)>, place| {
            let (low, high) = ends.unwrap_or((start_meters, start_meters));
            Some((low.min(place), high.max(place)))
        })?;
        let lowest_meters = (low - settings.margin_meters).max(range[0]);
        let highest_meters = (high + settings.margin_meters).min(range[1]);
        Some(Grid {
            lowest_meters,
            place_meters: 0.5 * step_meters,
            places: (2.0 * (highest_meters - lowest_meters) / step_meters) as usize + 1,
            speed_max: (settings.speed_max_meters_per_moment / step_meters) as isize,
            acceleration_max: (settings.acceleration_max_meters_per_moment2 / step_meters) as isize,
        })
    }

    fn place(&self, index: usize) -> f64 {
        self.lowest_meters + index as f64 * self.place_meters
    }

    fn nearest(&self, meters: f64) -> usize {
        (((meters - self.lowest_meters) / self.place_meters).round() as usize).min(self.places - 1)
    }

    fn speeds(&self) -> usize {
        (2 * self.speed_max + 1) as usize
    }

    fn state(&self, place: usize, speed: isize) -> usize {
        place * self.speeds() + (speed + self.speed_max) as usize
    }

    /// For each moment but the last, the best next speed from every place and speed.
    fn choices(&self, stations: &[Vec<Station>], settings: &ArmSettings) -> Vec<Vec<i8>> {
        let states = self.places * self.speeds();
        let mut cost_after = self.standing_costs(&stations[stations.len() - 1], settings);
        let mut choices = Vec::with_capacity(stations.len());
        for here in stations[..stations.len() - 1].iter().rev() {
            let standing = self.standing_costs(here, settings);
            let mut cost = vec![0.0_f32; states];
            let mut choice = vec![0_i8; states];
            self.step_back(&cost_after, &mut cost, &mut choice, settings);
            for (cost, standing) in cost.iter_mut().zip(&standing) {
                *cost += standing;
            }
            cost_after = cost;
            choices.push(choice);
        }
        choices.reverse();
        choices
    }

    /// What it costs to be at each place, whatever the speed.
    fn standing_costs(&self, stations: &[Station], settings: &ArmSettings) -> Vec<f32> {
        let cost_at = |place: usize| -> f32 {
            let off = |station: &Station| {
                let off = (self.place(place) - station.place_meters) / settings.reach_meters;
                // Nearly all the same once it is out of reach, with a little pull from afar.
                station.worth * (1.0 - (-off.powi(4)).exp() + settings.pull * off.abs())
            };
            stations.iter().map(off).sum::<f64>() as f32
        };
        let per_place = (0..self.places).map(cost_at);
        per_place.flat_map(|cost| std::iter::repeat_n(cost, self.speeds())).collect()
    }

    fn step_back(&self, after: &[f32], cost: &mut [f32], choice: &mut [i8], settings: &ArmSettings) {
        let effort: Vec<f32> = (-self.acceleration_max..=self.acceleration_max)
            .map(|change| {
                let share = change as f64 / self.acceleration_max.max(1) as f64;
                (settings.effort * share * share) as f32
            })
            .collect();
        for place in 0..self.places {
            for speed in -self.speed_max..=self.speed_max {
                let (mut best, mut best_speed) = (f32::INFINITY, -speed.signum());
                let slowest = (speed - self.acceleration_max).max(-self.speed_max).max(-(place as isize) - speed);
                let fastest = (speed + self.acceleration_max)
                    .min(self.speed_max)
                    .min((self.places - 1 - place) as isize - speed);
                for next in slowest..=fastest {
                    let to = self.state((place as isize + speed + next) as usize, next);
                    let total = after[to] + effort[(next - speed + self.acceleration_max) as usize];
                    if total < best {
                        (best, best_speed) = (total, next);
                    }
                }
                let state = self.state(place, speed);
                cost[state] = best;
                // Nowhere to go but the wall: stop there. Such a state costs infinity and is never chosen.
                choice[state] = if best.is_finite() { best_speed as i8 } else { 0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place_meters: f64) -> Vec<Station> {
        vec![Station { place_meters, worth: 1.0 }]
    }

    #[test]
    fn it_leaves_in_time_and_keeps_to_its_speed() {
        let settings = ArmSettings::default();
        let mut stations = vec![Vec::new(); 30];
        stations[0] = at(0.0);
        stations[29] = at(0.4);
        let course = course(&stations, 0.0, [-0.5, 0.5], &settings);
        assert!((course[29] - 0.4).abs() < 0.01, "{course:?}");
        for pair in course.windows(2) {
            assert!((pair[1] - pair[0]).abs() <= settings.speed_max_meters_per_moment + 1e-9);
        }
    }

    #[test]
    fn what_is_out_of_range_is_approached_and_nothing_to_do_is_rest() {
        let settings = ArmSettings::default();
        let stations = vec![at(3.0); 40];
        assert!((course(&stations, 0.0, [-0.5, 0.5], &settings)[39] - 0.5).abs() < 0.01);
        assert_eq!(course(&[Vec::new(), Vec::new()], 0.1, [-0.5, 0.5], &settings), [0.1, 0.1]);
    }
}
