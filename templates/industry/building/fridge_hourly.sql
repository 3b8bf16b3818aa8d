-- Temperatures of a fridge by the hour.
SELECT
  device,
  date_trunc('hour', time) AS hour,
  count(*) AS readings,
  min(fridge_temperature) AS coldest,
  avg(fridge_temperature) AS mean,
  max(fridge_temperature) AS warmest
FROM fridge
GROUP BY ALL
