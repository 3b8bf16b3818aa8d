-- Vital signs of each patient by the hour.
SELECT
  patient,
  date_trunc('hour', time) AS hour,
  count(*) AS readings,
  avg(heart_rate) AS mean_heart_rate,
  min(spo2) AS lowest_spo2,
  avg(respiration) AS mean_respiration,
  max(skin_temperature) AS highest_skin_temperature
FROM vitals
GROUP BY ALL
