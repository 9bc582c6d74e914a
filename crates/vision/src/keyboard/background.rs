//! The picture without what moves: hands, falling notes, passing light.

use crate::Luma;

/// The median of each pixel over pictures of one size. None without pictures or if sizes differ.
pub fn temporal_median(pictures: &[&Luma]) -> Option<Luma> {
    let first = pictures.first()?;
    if pictures
        .iter()
        .any(|picture| (picture.width, picture.height) != (first.width, first.height))
    {
        return None;
    }
    let mut values = Vec::with_capacity(first.values.len());
    let mut at_pixel = vec![0u8; pictures.len()];
    for i in 0..first.values.len() {
        for (value, picture) in at_pixel.iter_mut().zip(pictures) {
            *value = picture.values[i];
        }
        let middle = at_pixel.len() / 2;
        values.push(*at_pixel.select_nth_unstable(middle).1);
    }
    Some(Luma { values, ..**first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_less_than_half_the_time_goes() {
        let picture = |value: u8| Luma {
            width: 2,
            height: 1,
            values: vec![100, value],
        };
        let pictures = [picture(10), picture(200), picture(11), picture(10), picture(250)];
        let median = temporal_median(&pictures.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(median.values, [100, 11]);
        assert_eq!(temporal_median(&[]), None);
    }
}
